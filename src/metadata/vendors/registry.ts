import type { FoundHeader, HarvestInput, VendorReading } from '../harvest-types.ts';
import { detectAtlas } from './atlas/detect.ts';
import { ATLAS_FORM } from './atlas/fields.ts';
import { mapAtlas } from './atlas/map.ts';
import { parseAtlas } from './atlas/parse.ts';
import { detectDigitalMicrograph } from './digital-micrograph/detect.ts';
import { DIGITAL_MICROGRAPH_FORM } from './digital-micrograph/fields.ts';
import { mapDigitalMicrograph } from './digital-micrograph/map.ts';
import { parseDigitalMicrograph } from './digital-micrograph/parse.ts';
import { detectFei } from './fei/detect.ts';
import { FEI_FORM } from './fei/fields.ts';
import { mapFei } from './fei/map.ts';
import { parseFei } from './fei/parse.ts';
import { detectHitachi } from './hitachi/detect.ts';
import { HITACHI_FORM } from './hitachi/fields.ts';
import { mapHitachi } from './hitachi/map.ts';
import { parseHitachi } from './hitachi/parse.ts';
import { detectImageJ } from './imagej/detect.ts';
import { IMAGEJ_FORM } from './imagej/fields.ts';
import { mapImageJ } from './imagej/map.ts';
import { parseImageJ } from './imagej/parse.ts';
import { detectJeol } from './jeol/detect.ts';
import { JEOL_FORM } from './jeol/fields.ts';
import { mapJeol } from './jeol/map.ts';
import { parseJeol } from './jeol/parse.ts';
import { detectSis } from './olympus-sis/detect.ts';
import { SIS_FORM } from './olympus-sis/fields.ts';
import { mapSis } from './olympus-sis/map.ts';
import { parseSis } from './olympus-sis/parse.ts';
import { detectOme } from './ome/detect.ts';
import { OME_FORM } from './ome/fields.ts';
import { mapOme } from './ome/map.ts';
import { parseOme } from './ome/parse.ts';
import { detectPhenom } from './phenom/detect.ts';
import { PHENOM_FORM } from './phenom/fields.ts';
import { mapPhenom } from './phenom/map.ts';
import { parsePhenom } from './phenom/parse.ts';
import { detectPhilips } from './philips/detect.ts';
import { PHILIPS_FORM } from './philips/fields.ts';
import { mapPhilips } from './philips/map.ts';
import { parsePhilips } from './philips/parse.ts';
import { detectTescanSidecar, detectTescanTag } from './tescan/detect.ts';
import { TESCAN_SIDECAR_FORM, TESCAN_TAG_FORM } from './tescan/fields.ts';
import { mapTescan } from './tescan/map.ts';
import { parseTescan } from './tescan/parse.ts';
import { detectTfs } from './tfs/detect.ts';
import { TFS_FORM } from './tfs/fields.ts';
import { mapTfs } from './tfs/map.ts';
import { parseTfs } from './tfs/parse.ts';
import type { HeaderForm } from './vendor-field.ts';
import { detectZeiss } from './zeiss/detect.ts';
import { ZEISS_FORM } from './zeiss/fields.ts';
import { mapZeiss } from './zeiss/map.ts';
import { parseZeiss } from './zeiss/parse.ts';

/** Reads the headers of one vendor. */
export interface VendorReader {
  vendor: string;
  /** A program that wrote the file, not the maker of a microscope: it never becomes the instrument's vendor. */
  program?: true;
  detect: (input: HarvestInput) => FoundHeader | undefined;
  read: (bytes: Uint8Array, input: HarvestInput) => VendorReading;
  /** What it may state, for docs/vendors.md. */
  form: HeaderForm;
}

function reader<Parsed>(
  vendor: string,
  detect: VendorReader['detect'],
  parse: (bytes: Uint8Array) => Parsed,
  map: (parsed: Parsed, input: HarvestInput) => VendorReading,
  form: HeaderForm,
): VendorReader {
  return { vendor, detect, read: (bytes, input) => map(parse(bytes), input), form };
}

/**
 * The readers in their order of trust: what one states, those after it only complete and confirm. The microscope's own
 * header in the TIFF comes first, then what its software wrote about it in other words, then sidecars, then calibrations
 * by other programs.
 */
export const VENDOR_READERS: readonly VendorReader[] = [
  reader('FEI', detectFei, parseFei, mapFei, FEI_FORM),
  reader('FEI', detectTfs, parseTfs, mapTfs, TFS_FORM),
  reader('Philips', detectPhilips, parsePhilips, mapPhilips, PHILIPS_FORM),
  reader('Zeiss', detectZeiss, parseZeiss, mapZeiss, ZEISS_FORM),
  reader('Zeiss', detectAtlas, parseAtlas, mapAtlas, ATLAS_FORM),
  reader('Phenom', detectPhenom, parsePhenom, mapPhenom, PHENOM_FORM),
  reader('Tescan', detectTescanTag, parseTescan, mapTescan, TESCAN_TAG_FORM),
  reader('Tescan', detectTescanSidecar, parseTescan, mapTescan, TESCAN_SIDECAR_FORM),
  reader('Hitachi', detectHitachi, parseHitachi, mapHitachi, HITACHI_FORM),
  reader('JEOL', detectJeol, parseJeol, mapJeol, JEOL_FORM),
  // Last resorts: what programs wrote that opened the picture or held the camera, where no microscope says anything.
  { ...reader('OME', detectOme, parseOme, mapOme, OME_FORM), program: true },
  { ...reader('Olympus SIS', detectSis, parseSis, mapSis, SIS_FORM), program: true },
  {
    vendor: 'Gatan DigitalMicrograph',
    program: true,
    detect: detectDigitalMicrograph,
    read: (_, input) => mapDigitalMicrograph(parseDigitalMicrograph(input)),
    form: DIGITAL_MICROGRAPH_FORM,
  },
  { ...reader('ImageJ', detectImageJ, parseImageJ, mapImageJ, IMAGEJ_FORM), program: true },
];
