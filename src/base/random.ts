import { randomBytes, randomInt } from "node:crypto";
import { MaestroError } from "./errors.ts";

/** Randomness as the product sees it. Injected, so that a simulation can be replayed from its seed. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An integer in [0, below). Throws MaestroError `invalid_argument` unless `below` is an integer from 1 to 2^48-1. */
  integer(below: number): number;
  /** `bytes` random bytes as lower-case hex (two characters each). */
  hex(bytes: number): string;
  /** One of the items. Throws MaestroError `invalid_argument` when there is none. */
  pick<T>(items: readonly T[]): T;
}

/** The operating system's randomness, fit for secrets. */
export function systemRandom(): Random {
  const integer = (below: number): number => randomInt(checkBelow(below));
  return {
    next: () => fraction(() => randomBytes(4).readUInt32BE()),
    integer,
    hex: (bytes) => randomBytes(bytes).toString("hex"),
    pick: (items) => pickWith(integer, items),
  };
}

/** A reproducible stream (sfc32): equal seeds give equal values. Never for secrets. */
export function seededRandom(seed: number): Random {
  const word = sfc32(seed);
  const integer = (below: number): number => Math.floor(fraction(word) * checkBelow(below));
  return {
    next: () => fraction(word),
    integer,
    hex: (bytes) => Array.from({ length: bytes }, () => (word() >>> 24).toString(16).padStart(2, "0")).join(""),
    pick: (items) => pickWith(integer, items),
  };
}

/** 53 bits from two 32-bit words, as a number in [0, 1). */
function fraction(word: () => number): number {
  return ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
}

/** Chris Doty-Humphrey's "small fast counting" generator, 128 bits of state. */
function sfc32(seed: number): () => number {
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round += 1) word();
  return word;
}

function checkBelow(below: number): number {
  if (Number.isInteger(below) && below >= 1 && below < 2 ** 48) return below;
  throw new MaestroError({ code: "invalid_argument", message: `${below} is no upper bound for a random integer.` });
}

function pickWith<T>(integer: (below: number) => number, items: readonly T[]): T {
  if (items.length > 0) {
    const at = integer(items.length);
    for (const item of items.slice(at)) return item;
  }
  throw new MaestroError({ code: "invalid_argument", message: "There is nothing to pick from." });
}
