import { isMaestroError } from "../../base/errors.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { CnbApi } from "./api.ts";
import type { BuildStatus, Builds } from "./schema.ts";
import { validateBuilds, validateBuildStatus, validateStageLog } from "./schema.gen.ts";

/** Which check's log is wanted. */
export interface WantedLog {
  readonly check: string;
  readonly headSha: string;
  /** Where CNB's own page of the check is; it ends with the build's number. */
  readonly url: string | null;
  readonly maxBytes: number;
}

/** Stages whose log tells nothing of a failure. */
const FINE = new Set(["success", "passed", "skipped", "skip", "pending"]);
/** Stages of one build that are read. */
const MOST_STAGES = 10;

/** The end of what the failed stages of a check's build printed, of all its stages when none failed; `null` when there is no such build. */
export async function readCheckLog(api: CnbApi, wanted: WantedLog, options: CallOptions): Promise<string | null> {
  try {
    const sn = await findBuild(api, wanted, options);
    if (sn === undefined) return null;
    const status = await api.get(`/build/status/${encodeURIComponent(sn)}`, validateBuildStatus, options);
    const texts: string[] = [];
    for (const { pipeline, stage, name } of failedStages(status)) {
      const path = `/build/logs/stage/${[sn, pipeline, stage].map(encodeURIComponent).join("/")}`;
      const { content, error } = await api.get(path, validateStageLog, options);
      const lines = [...(content ?? []), ...(error == null || error === "" ? [] : [error])];
      texts.push([`[${name}]`, ...lines].join("\n"));
    }
    return texts.length === 0 ? null : tail(Buffer.from(texts.join("\n\n")), wanted.maxBytes);
  } catch (error) {
    // Logs are deleted after a while, and they need a scope of their own.
    if (isMaestroError(error) && /^forge_(?:not_found|auth)$/.test(error.code)) return null;
    throw error;
  }
}

/** The build that the check's address names, else the one with the check's title. */
async function findBuild(
  api: CnbApi,
  { check, headSha, url }: WantedLog,
  options: CallOptions,
): Promise<string | undefined> {
  const { data }: Builds = await api.get("/build/logs", validateBuilds, options, { sha: headSha, page_size: "100" });
  const builds = data ?? [];
  const named = builds.find(({ sn }) => url?.split(/[/?#]/).includes(sn) === true);
  return (named ?? builds.find(({ title }) => title === check))?.sn;
}

function failedStages({ pipelinesStatus }: BuildStatus): { pipeline: string; stage: string; name: string }[] {
  const stages = Object.entries(pipelinesStatus ?? {}).flatMap(([pipeline, { stages: own }]) =>
    (own ?? []).map(({ id, name, status }) => ({ pipeline, stage: id, name: name ?? id, status })),
  );
  const failed = stages.filter(({ status }) => !FINE.has(status));
  return (failed.length === 0 ? stages : failed).slice(-MOST_STAGES);
}

/** The end of a text in at most so many bytes, without half a character. */
function tail(text: Buffer, maxBytes: number): string {
  let from = Math.max(0, text.length - maxBytes);
  while (from < text.length && ((text[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return text.subarray(from).toString("utf8");
}
