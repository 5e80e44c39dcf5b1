import type { Dice } from './dice.ts';

/** One way to damage bytes; `other` is what a splice continues with. Never changes its input. */
export interface ByteMutation {
  name: string;
  apply: (bytes: Uint8Array, dice: Dice, other: Uint8Array) => Uint8Array;
}

/** Where the damage goes: anywhere, or into places that matter more, such as directories. */
export type Aim = (bytes: Uint8Array, dice: Dice) => number;

const anywhere: Aim = (bytes, dice) => dice.below(Math.max(bytes.length, 1));

/** Values at the edges of the integers that formats keep. */
const EDGES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff] as const;

function copy(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}

function flipBits(aim: Aim): ByteMutation['apply'] {
  return (bytes, dice) => {
    const changed = copy(bytes);
    for (let flips = 1 + dice.below(8); flips > 0; flips--) {
      const at = aim(changed, dice);
      if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << dice.below(8));
    }
    return changed;
  };
}

function havoc(aim: Aim): ByteMutation['apply'] {
  return (bytes, dice) => {
    const changed = copy(bytes);
    for (let runs = 1 + dice.below(6); runs > 0; runs--) {
      const at = aim(changed, dice);
      const end = Math.min(changed.length, at + 1 + dice.below(16));
      for (let i = at; i < end; i++) changed[i] = dice.below(256);
    }
    return changed;
  };
}

function edgeNumber(aim: Aim): ByteMutation['apply'] {
  return (bytes, dice) => {
    const changed = copy(bytes);
    for (let runs = 1 + dice.below(3); runs > 0; runs--) {
      const at = aim(changed, dice);
      const size = dice.pick([1, 2, 4]);
      if (at + size > changed.length) continue;
      const value = dice.pick(EDGES) % 2 ** (8 * size);
      if (dice.chance(0.5)) changed.writeUIntLE(value, at, size);
      else changed.writeUIntBE(value, at, size);
    }
    return changed;
  };
}

function truncate(bytes: Uint8Array, dice: Dice): Uint8Array {
  return copy(bytes.subarray(0, dice.below(bytes.length + 1)));
}

function cutOut(bytes: Uint8Array, dice: Dice): Uint8Array {
  const from = dice.below(bytes.length + 1);
  const to = Math.min(bytes.length, from + 1 + dice.below(64));
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

function insert(bytes: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.below(bytes.length + 1);
  const run = Buffer.alloc(1 + dice.below(64), dice.below(256));
  return Buffer.concat([bytes.subarray(0, at), run, bytes.subarray(at)]);
}

function splice(bytes: Uint8Array, dice: Dice, other: Uint8Array): Uint8Array {
  const head = bytes.subarray(0, dice.below(bytes.length + 1));
  return Buffer.concat([head, other.subarray(dice.below(other.length + 1))]);
}

function overwrite(bytes: Uint8Array, dice: Dice, other: Uint8Array): Uint8Array {
  const changed = copy(bytes);
  const from = dice.below(other.length + 1);
  changed.set(other.subarray(from, from + 512).subarray(0, changed.length), 0);
  const at = dice.below(changed.length + 1);
  const part = other.subarray(from, from + dice.below(4096));
  changed.set(part.subarray(0, changed.length - at), at);
  if (dice.chance(0.9)) changed.set(bytes.subarray(0, 512), 0);
  return changed;
}

/** Damage that knows nothing of what the bytes mean. */
export function byteMutations(aim: Aim = anywhere): readonly ByteMutation[] {
  return [
    { name: 'flip bits', apply: flipBits(aim) },
    { name: 'havoc', apply: havoc(aim) },
    { name: 'edge numbers', apply: edgeNumber(aim) },
    { name: 'truncate', apply: truncate },
    { name: 'cut out', apply: cutOut },
    { name: 'insert', apply: insert },
    { name: 'splice', apply: splice },
    { name: 'overwrite', apply: overwrite },
  ];
}
