import type { Hdf5Tree } from './hdf5-tree.ts';
import type { NexusFacts } from './nexus-input.ts';
import { ATTACHMENTS } from './nexus-paths.ts';

/**
 * What makes the file sufficient without the files beside it: the record, also in the words of NFFA/NEP, the header, the
 * JPEG, the embedding.
 */
export function writeAttachments(tree: Hdf5Tree, input: NexusFacts): void {
  const { thumbnail, embedding, headerJson, nffaJson, rawHeader } = input;
  tree.replaceText(`${ATTACHMENTS}/thumbnail/file_name`, thumbnail.fileName);
  if (thumbnail.bytes.length > 0) {
    tree.bytes(`${ATTACHMENTS}/thumbnail/data`, thumbnail.bytes);
  }
  writeRecord(tree, input.record);
  if (headerJson !== undefined) writeJson(tree, 'header', headerJson);
  if (nffaJson !== undefined) writeJson(tree, 'nffa', nffaJson);
  if (rawHeader !== undefined && rawHeader.bytes.length > 0) {
    const path = `${ATTACHMENTS}/raw_header`;
    tree.bytes(path, rawHeader.bytes);
    tree.attribute(path, 'place', rawHeader.place);
    tree.attribute(path, 'encoding', rawHeader.encoding);
  }
  for (const [i, other] of (input.otherHeaders ?? []).entries()) {
    const path = `${ATTACHMENTS}/raw_header_${i + 2}`;
    tree.bytes(path, other.bytes);
    tree.attribute(path, 'place', other.place);
  }
  if (embedding !== undefined && embedding.vector.length > 0) {
    const path = `${ATTACHMENTS}/embedding`;
    tree.array(path, embedding.vector, [embedding.vector.length]);
    tree.attribute(path, 'backbone_sha256', embedding.backboneSha256);
    tree.attribute(path, 'preprocessing', embedding.preprocessing);
  }
}

/**
 * The header's terms quote what the microscope's computer wrote, its own file paths included, so they stand apart under a
 * name that says so; together the two notes are the whole record.
 */
function writeRecord(tree: Hdf5Tree, record: NexusFacts['record']): void {
  replaceRecord(tree, record);
  if (record.header) writeJson(tree, 'header_terms', JSON.stringify(record.header.terms));
}

/** Gives the note of the record, less the terms of its header, the text that belongs to `record`. */
export function replaceRecord(tree: Hdf5Tree, { header, ...rest }: NexusFacts['record']): void {
  const { terms: _, ...place } = header ?? { terms: [] };
  tree.replaceText(`${ATTACHMENTS}/record/data`, JSON.stringify({ ...rest, ...(header && { header: place }) }));
}

/** A note of this form is shown by h5web and NOMAD. */
function writeJson(tree: Hdf5Tree, name: string, json: string): void {
  const path = `${ATTACHMENTS}/${name}`;
  tree.group(path, 'NXnote');
  tree.text(`${path}/type`, 'application/json');
  tree.text(`${path}/data`, json);
}
