import { IngestError } from '../domain/errors.ts';

/** Splits texts into the pieces of a BERT vocabulary. */
export interface WordPieces {
  /** Numbers of the pieces, between [CLS] and [SEP]; undefined where the vocabulary knows nothing of the text. */
  encode(text: string): number[] | undefined;
}

export interface WordPieceOptions {
  /** Whether the vocabulary is in lower case without accents. */
  lowerCase: boolean;
  /** What is longer is cut, [CLS] and [SEP] counted. */
  maxTokens: number;
}

/** As in the reference implementation: J. Devlin et al., BERT, 2019, tokenization.py of google-research/bert. */
const MAX_WORD_CHARACTERS = 100;
const CJK_IDEOGRAPH =
  /[\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{2A6DF}\u{2A700}-\u{2CEAF}\u{2F800}-\u{2FA1F}]/gu;
/** Also the ASCII characters that Unicode calls symbols. */
const PUNCTUATION = /[\p{P}$+<=>^`|~]/gu;
const CONTINUED = '##';

/**
 * Of the lines of a `vocab.txt`, one piece a line.
 * @throws IngestError `config/invalid` where it lacks [CLS], [SEP] or [UNK].
 */
export function createWordPieces(vocabulary: string, { lowerCase, maxTokens }: WordPieceOptions): WordPieces {
  const lines = vocabulary.split('\n').map((line) => line.replace(/\r$/, ''));
  const pieces = new Map(lines.map((piece, number) => [piece, number]));
  const [first, last, unknown] = ['[CLS]', '[SEP]', '[UNK]'].map((piece) => special(pieces, piece));
  return {
    encode: (text) => {
      const numbers = basicWords(text, lowerCase).flatMap((word) => piecesOf(word, pieces) ?? [unknown ?? 0]);
      if (numbers.every((number) => number === unknown)) return undefined;
      return [first ?? 0, ...numbers.slice(0, maxTokens - 2), last ?? 0];
    },
  };
}

function special(pieces: ReadonlyMap<string, number>, piece: string): number {
  const number = pieces.get(piece);
  if (number !== undefined) return number;
  throw new IngestError('config/invalid', `Reading vocab.txt, expected a line "${piece}", found none.`);
}

/** Words as BERT takes a text apart before it looks for pieces. */
function basicWords(text: string, lowerCase: boolean): string[] {
  const clean = text
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\uFFFD]/gu, '')
    .replaceAll(CJK_IDEOGRAPH, ' $& ');
  const folded = lowerCase
    ? clean
        .toLowerCase()
        .normalize('NFD')
        .replaceAll(/\p{Mn}/gu, '')
    : clean;
  return folded
    .replaceAll(PUNCTUATION, ' $& ')
    .split(/\s+/u)
    .filter((word) => word !== '');
}

/** The longest piece first, and so on; undefined where a rest has none. */
function piecesOf(word: string, pieces: ReadonlyMap<string, number>): number[] | undefined {
  const characters = Array.from(word);
  if (characters.length > MAX_WORD_CHARACTERS) return undefined;
  const numbers: number[] = [];
  for (let from = 0; from < characters.length; ) {
    const found = longestPiece(characters, from, pieces);
    if (found === undefined) return undefined;
    numbers.push(found.number);
    from = found.until;
  }
  return numbers;
}

function longestPiece(
  characters: readonly string[],
  from: number,
  pieces: ReadonlyMap<string, number>,
): { number: number; until: number } | undefined {
  for (let until = characters.length; until > from; until--) {
    const number = pieces.get((from > 0 ? CONTINUED : '') + characters.slice(from, until).join(''));
    if (number !== undefined) return { number, until };
  }
  return undefined;
}
