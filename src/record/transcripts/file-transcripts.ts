import { createReadStream, createWriteStream, readFileSync, statSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline as pipelineOf } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip, gzipSync } from "node:zlib";
import type { Clock } from "../../base/clock.ts";
import { isMaestroError, MaestroError, messageOf, systemCode, toMaestroError } from "../../base/errors.ts";
import { shortHash, slug } from "../../base/ids.ts";
import { LineSplitter } from "../../base/jsonl.ts";
import type { SecretRegistry } from "../../base/redact.ts";
import { FileTranscript } from "./file-writer.ts";
import { readGrowing } from "./growing-file.ts";
import { MAX_TRANSCRIPT_BYTES, type Transcripts, type TranscriptWriter } from "./transcripts.ts";

/** Where transcripts lie. */
export interface TranscriptOptions {
  readonly directory: string;
  readonly secrets: SecretRegistry;
  readonly clock: Clock;
  /** Longest transcript, bytes unpacked. Default 64 MiB. */
  readonly maxBytes?: number;
}

const PLAIN = ".jsonl";
const PACKED = ".jsonl.gz";
/** Bytes that are packed at once, in less time than streams take to begin. */
const SMALL = 64 * 1024;
/** On the disk before the plain file goes. */
const DRAFT = { mode: 0o600, flush: true } as const;

/** Transcripts as files of one folder: plain while a run lives, gzip afterwards. */
export function createTranscripts(options: TranscriptOptions): Transcripts {
  return new FileTranscripts(options);
}

class FileTranscripts implements Transcripts {
  readonly #options: TranscriptOptions;
  readonly #live = new Set<string>();

  constructor(options: TranscriptOptions) {
    this.#options = options;
  }

  async open(laneId: string, run: number): Promise<TranscriptWriter> {
    const { directory, secrets, clock, maxBytes = MAX_TRANSCRIPT_BYTES } = this.#options;
    const base = this.#base(laneId, run);
    try {
      const handle = await openIn(directory, base + PLAIN);
      this.#live.add(base);
      const { size } = await handle.stat();
      const pack = () => this.#pack(base).finally(() => this.#live.delete(base));
      return new FileTranscript({ handle, secrets, clock, bytes: size, maxBytes, pack });
    } catch (error) {
      throw failed(error);
    }
  }

  async *read(laneId: string, run: number): AsyncIterable<string> {
    const base = this.#base(laneId, run);
    try {
      // The plain file counts while both are there: packing has not ended then.
      if (await exists(base + PLAIN)) yield* lines(createReadStream(base + PLAIN));
      else if (await exists(base + PACKED)) yield* lines(unpacked(base + PACKED));
      else throw missing(laneId, run);
    } catch (error) {
      throw failed(error);
    }
  }

  async *follow(laneId: string, run: number, wait: () => Promise<boolean>): AsyncIterable<string> {
    const base = this.#base(laneId, run);
    if (!(await exists(base + PLAIN))) return yield* this.read(laneId, run);
    try {
      yield* lines(readGrowing(base + PLAIN, wait));
    } catch (error) {
      throw failed(error);
    }
  }

  async settleLeftovers(): Promise<number> {
    const { directory } = this.#options;
    try {
      const names = await namesIn(directory);
      const bases = names
        .filter((name) => name.endsWith(PLAIN))
        .map((name) => join(directory, name.slice(0, -PLAIN.length)));
      const left = bases.filter((base) => !this.#live.has(base));
      for (const base of left) await this.#pack(base);
      for (const name of names) if (name.endsWith(".tmp")) await rm(join(directory, name), { force: true });
      return left.length;
    } catch (error) {
      throw failed(error);
    }
  }

  /** A name that is a file name whatever the lane is called, and tells lanes apart. */
  #base(laneId: string, run: number): string {
    return join(this.#options.directory, `${slug(laneId)}-${shortHash(laneId, 8)}.${run}`);
  }

  /** A crash leaves the plain file until the packed one is whole. */
  async #pack(base: string): Promise<string> {
    const plain = base + PLAIN;
    const draft = `${base}${PACKED}.tmp`;
    if (statSync(plain).size <= SMALL) await writeFile(draft, gzipSync(readFileSync(plain)), DRAFT);
    else await pipeline(createReadStream(plain), createGzip(), createWriteStream(draft, DRAFT));
    await rename(draft, base + PACKED);
    await unlink(plain);
    return base + PACKED;
  }
}

/** Opens to append. */
async function openIn(directory: string, file: string): Promise<FileHandle> {
  try {
    return await open(file, "a", 0o600);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return open(file, "a", 0o600);
  }
}

/** A failure of the file ends the reader as well, which `pipe` would leave waiting. */
function unpacked(path: string): AsyncIterable<Buffer> {
  return pipelineOf(createReadStream(path), createGunzip(), () => undefined);
}

/** Only complete lines: the last one of a crashed or living run may be torn. */
async function* lines(stream: AsyncIterable<Buffer | string>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  const splitter = new LineSplitter();
  for await (const chunk of stream) {
    yield* splitter.push(typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true }));
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

function missing(laneId: string, run: number): MaestroError {
  return new MaestroError({
    code: "transcript_missing",
    message: `Run ${run} of ${laneId} has no transcript.`,
    facts: { lane_id: laneId, run },
  });
}

function failed(error: unknown): MaestroError {
  if (isMaestroError(error)) return error;
  const known = toMaestroError(error, "transcript_failed");
  return known.code === "transcript_failed"
    ? new MaestroError({
        code: known.code,
        message: `A transcript cannot be used: ${messageOf(error)}`,
        facts: known.facts,
        cause: error,
      })
    : known;
}
