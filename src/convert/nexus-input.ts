import type { MicrographRecord } from '../domain/record.ts';
import type { Picture } from '../raster/picture.ts';

/** What a site may add to every record. */
export interface NexusConstants {
  /** Where the microscope stands. */
  location?: string;
}

/** What is known about the specimen from elsewhere than the header. */
export interface NexusSample {
  name?: string;
  /** Chemical symbols, as NXem wants them: all elements of the specimen. */
  atomTypes?: readonly string[];
  /** ISO 8601 with an offset. */
  preparationDate?: string;
  physicalForm?: string;
  identifier?: { value: string; type: string };
}

/** A person who answers for the data; `orcid` as the 16 digits with hyphens or as the URL. */
export interface NexusUser {
  name?: string | undefined;
  orcid?: string | undefined;
  email?: string | undefined;
  affiliation?: string | undefined;
}

/** What goes into the HDF5 file of one record beside the pixels. */
export interface NexusFacts {
  record: Omit<MicrographRecord, 'artefacts'>;
  /** Cut a data bar that was found in the picture as one that the header states. */
  cutFoundDataBar?: boolean;
  /** ISO 8601 with an offset, which NXem demands; see resolveTimes. */
  startTime: string;
  endTime: string;
  /** Name of the HDF5 file itself, without a folder. */
  fileName: string;
  /** The vendor header, parsed, as JSON. */
  headerJson?: string;
  /** The record as a document of the NFFA/NEP schema for SEM, see nffaSemJson. */
  nffaJson?: string;
  /** The vendor header as it stood in the file. */
  rawHeader?: { bytes: Uint8Array; place: string; encoding: string };
  /** Further headers of the same file. */
  otherHeaders?: readonly { bytes: Uint8Array; place: string }[];
  thumbnail: { bytes: Uint8Array; fileName: string };
  embedding?: { vector: Float32Array; backboneSha256: string; preprocessing: string };
  sample?: NexusSample;
  users?: readonly NexusUser[];
}

/** Everything that goes into the HDF5 file of one record. */
export interface NexusInput extends NexusFacts {
  picture: Picture;
}
