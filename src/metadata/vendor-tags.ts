/** TIFF tags in which vendors keep their headers; a harvest wants the bytes of those that a file has, from every page. */
export const VENDOR_TAGS: readonly { tag: number; vendor: string }[] = [
  { tag: 34118, vendor: 'Zeiss SmartSEM' },
  { tag: 34119, vendor: 'Zeiss SmartSEM (the same in UTF-16)' },
  { tag: 34682, vendor: 'FEI / Thermo Fisher' },
  { tag: 34680, vendor: 'FEI or Philips XL' },
  { tag: 34683, vendor: 'Phenom or Thermo Fisher XML' },
  { tag: 50431, vendor: 'Tescan' },
  { tag: 51023, vendor: 'Zeiss Fibics / Atlas' },
  { tag: 33560, vendor: 'Olympus SIS' },
  { tag: 33471, vendor: 'Olympus SIS (a text of its own)' },
  // Units of x and y, their scales, and the tree of tags.
  { tag: 65027, vendor: 'Gatan DigitalMicrograph' },
  { tag: 65003, vendor: 'Gatan DigitalMicrograph' },
  { tag: 65004, vendor: 'Gatan DigitalMicrograph' },
  { tag: 65009, vendor: 'Gatan DigitalMicrograph' },
  { tag: 65010, vendor: 'Gatan DigitalMicrograph' },
];

/** ImageDescription: anybody's text, in which ImageJ keeps its calibration. */
export const DESCRIPTION_TAG = 270;

/** The tags that readers of headers want to see. */
export const VENDOR_TAG_NUMBERS: ReadonlySet<number> = new Set([...VENDOR_TAGS.map(({ tag }) => tag), DESCRIPTION_TAG]);
