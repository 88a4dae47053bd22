import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { medianOf } from "./median.ts";

/** A Node process that does nothing: what everything else is compared with. */
export interface Bare {
  readonly wallMs: number;
  readonly peakMb: number;
}

const NOTHING = ["-e", "0"];
const ROUNDS = 5;
/** A program that has not ended by then hangs, milliseconds. */
const LIMIT_MS = 60_000;

/** Measures bare Node now, because other work on the machine changes from minute to minute. */
export async function measureBare(): Promise<Bare> {
  const walls: number[] = [];
  const peaks: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    walls.push(await wallOf(NOTHING));
    peaks.push(await peakOf(NOTHING));
  }
  return { wallMs: medianOf(walls), peakMb: medianOf(peaks) };
}

/** Walls of two programs that take turns, so that both meet the same machine; medians in milliseconds. */
export async function wallBesideBare(words: readonly string[], rounds: number) {
  const walls: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await wallOf(NOTHING));
    walls.push(await wallOf(words));
  }
  return { wallMs: medianOf(walls), bareMs: medianOf(bare) };
}

/** One start of bare Node, milliseconds. */
export function wallOfBare(): Promise<number> {
  return wallOf(NOTHING);
}

/** Milliseconds from the start of `node ...words` to its end. */
async function wallOf(words: readonly string[]): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [...words], { stdio: "ignore", timeout: LIMIT_MS });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`node ${words.join(" ")} ended with ${String(code)}`);
  return performance.now() - began;
}

/** The largest memory of `node ...words`, MiB. */
export async function peakOf(words: readonly string[]): Promise<number> {
  const preload = ["--require", join(import.meta.dirname, "peak.cjs")];
  const child = spawn(process.execPath, [...preload, ...words], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    timeout: LIMIT_MS,
  });
  let told = "";
  child.stdio[3]?.on("data", (text) => {
    told += String(text);
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`node ${words.join(" ")} ended with ${String(code)}`);
  return Number(told) / 1024;
}
