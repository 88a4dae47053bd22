import type { Clock } from "../../base/clock.ts";
import { isMaestroError } from "../../base/errors.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { CnbApi } from "./api.ts";
import { validateMember } from "./schema.gen.ts";

/** Rights change rarely, so that polls need not ask for them each time; milliseconds. */
const KEPT_MS = 5 * 60_000;
/** The levels from which on somebody may push; below are Guest and Reporter. */
const WRITERS = ["developer", "master", "owner"];

/** Who may write to the repository. */
export class WriterBook {
  readonly #api: CnbApi;
  readonly #clock: Clock;
  #known: { readonly writers: ReadonlySet<string> | null; readonly until: number } | undefined;

  constructor(api: CnbApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Their names in lower case, as they were in the last five minutes; `null`: the token may not see them. */
  async recent(options: CallOptions): Promise<ReadonlySet<string> | null> {
    if (this.#known !== undefined && this.#known.until > this.#clock.now()) return this.#known.writers;
    return this.read(options);
  }

  /** The same as it is now. */
  async read(options: CallOptions): Promise<ReadonlySet<string> | null> {
    const members = await unlessHidden(this.#api.list("/list-members", validateMember, options));
    const may = members?.filter(
      ({ access_level: level }) => typeof level === "string" && WRITERS.includes(level.toLowerCase()),
    );
    const writers = may === undefined ? null : new Set(may.map(({ username }) => username.toLowerCase()));
    this.#known = { writers, until: this.#clock.now() + KEPT_MS };
    return writers;
  }
}

/** What the token may not see is not known; every other failure stays one. */
export async function unlessHidden<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isMaestroError(error) && error.code === "forge_auth") return undefined;
    throw error;
  }
}
