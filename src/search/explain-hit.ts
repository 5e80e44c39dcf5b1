import { formatQuantity } from '../domain/units.ts';
import { describeLabels, nameWords } from './describe-record.ts';
import type { EmbeddedText } from './document.ts';
import type { WordEmbedder } from './embed-words.ts';
import type { TextField } from './evidence.ts';
import type { SearchHit, TermEvidence } from './index-interface.ts';
import { inSpaceOfRecords } from './meaning.ts';
import type { SearchQuery } from './query.ts';
import type { Taxonomy } from './taxonomy.ts';
import type { TextPart } from './text-embedder.ts';
import { wordsOf } from './text-words.ts';
import { isTelling } from './words.ts';

const WHERE: Readonly<Record<TextField, string>> = {
  name: 'in its file or folder name',
  subject: 'in its sample, project or keywords',
  instrument: 'in its instrument or detector',
  header: 'in its vendor header',
  issues: 'in its issues',
};

const NEAREST = 3;

/** Why a hit is there, one sentence a reason; nothing is said of filters, which every hit passes. */
export function explainHit(
  { matched, labels, name }: SearchHit,
  { meaning }: SearchQuery,
  { words, taxonomy }: { words: WordEmbedder; taxonomy: Taxonomy },
): string[] {
  const lines = matched.terms.map((term) => explainTerm(term));
  if (matched.meaning !== undefined) {
    const parts = [...describeLabels(labels, taxonomy), { text: nameWords(name), weight: 1 }];
    const near = meaning === undefined ? [] : nearestWords(parts, meaning, words);
    const to = near.length === 0 ? '' : `, near to: ${near.join(', ')}`;
    lines.push(`similar in meaning (${matched.meaning.toFixed(2)})${to}`);
  }
  if (matched.similarity !== undefined) lines.push(`looks alike (${matched.similarity.toFixed(2)})`);
  return lines;
}

function explainTerm({ term, evidence, where, label }: TermEvidence): string {
  if (where !== 'label') return `"${term}" stands ${WHERE[where]}`;
  const share = formatQuantity(evidence * 100, 'percent');
  return term === label ? `labelled ${label}, ${share}` : `"${term}" stands for the label ${label}, evidence ${share}`;
}

/** Words of a record's text that bring it near to the query: by their own cosine and the share of the part they are of. */
function nearestWords(parts: readonly TextPart[], meaning: EmbeddedText, embedder: WordEmbedder): string[] {
  const candidates = new Map<string, number>();
  for (const { text, weight } of parts) {
    for (const word of wordsOf(text.toLowerCase())) candidates.set(word, Math.max(weight, candidates.get(word) ?? 0));
  }
  return [...candidates]
    .filter(([word]) => isTelling(word))
    .map(([word, weight]) => ({ word, near: weight * cosine(embedder.embedNow([{ text: word, weight: 1 }]), meaning) }))
    .filter(({ near }) => near > 0)
    .toSorted((a, b) => b.near - a.near)
    .slice(0, NEAREST)
    .map(({ word }) => word);
}

/** 0 where they are not of one space. */
function cosine(one: EmbeddedText | undefined, other: EmbeddedText): number {
  if (one === undefined || inSpaceOfRecords(one).space !== other.space) return 0;
  return one.vector.reduce((sum, value, at) => sum + value * (other.vector[at] ?? 0), 0);
}
