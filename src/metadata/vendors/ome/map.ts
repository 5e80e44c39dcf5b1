import type { HarvestInput, VendorReading } from '../../harvest-types.ts';
import { addIsoTime } from '../../iso-time.ts';
import type { Statement, TermList } from '../../term-list.ts';
import { addTerm } from '../../term-list.ts';
import type { XmlDocument } from '../../xml.ts';
import type { XmlElement } from '../../xml-element.ts';
import { applyXmlRules, statementAt, xmlSections } from '../../xml-values.ts';
import { OME_RULES, STAGE_AXES, STAGE_LABEL } from './rules.ts';

/** A stage label without a unit is in a frame of its own ("reference frame"), which is no length. */
function addStage(list: TermList, root: XmlElement): void {
  for (const [term, axis] of STAGE_AXES) {
    const found = statementAt(root, `${STAGE_LABEL}@${axis}`, { unitAttribute: `${axis}Unit`, trust: 'derived' });
    if (found?.unit !== undefined && found.unit !== 'reference frame') addTerm(list, term, found);
  }
}

function derived(statement: Statement | undefined): Statement | undefined {
  return statement === undefined ? undefined : { ...statement, trust: 'derived' };
}

/** Terms of OME-XML; see rules.ts for where each one stands. */
export function mapOme({ root, encoding }: XmlDocument, _input: HarvestInput): VendorReading {
  const list: TermList = { terms: [], issues: [] };
  applyXmlRules(
    list,
    root,
    OME_RULES.map((rule) => ({ trust: 'derived', ...rule })),
  );
  addStage(list, root);
  addIsoTime(list, derived(statementAt(root, 'Image/AcquisitionDate')));
  return { ...list, sections: xmlSections(root), encoding, classifiable: { ok: true } };
}
