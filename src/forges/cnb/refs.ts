import { MaestroError } from "../../base/errors.ts";
import type { CallOptions } from "../../contracts/outside.ts";
import type { CnbApi } from "./api.ts";
import { unreadable } from "./errors.ts";

// Branches by Git's own protocol (gitprotocol-http, gitprotocol-pack): it names them without doubt about their spelling in a path, and its
// deletion compares the commit.

const ZERO = "0".repeat(40);
const HEADS = "refs/heads/";

/** The commit at the tip of a branch, or `undefined` when there is no such branch. */
export async function readBranch(api: CnbApi, branch: string, options: CallOptions): Promise<string | undefined> {
  const answer = await api.git("info/refs?service=git-upload-pack", undefined, options);
  const lines = packetsIn(answer);
  if (!lines.some((line) => line.startsWith("# service=git-upload-pack"))) throw unreadable("git-upload-pack");
  for (const line of lines) {
    const [sha = "", name] = (line.split("\0")[0] ?? "").trimEnd().split(" ");
    if (name === HEADS + branch && /^[0-9a-f]{40}$/.test(sha) && sha !== ZERO) return sha;
  }
  return undefined;
}

/** Deletes a branch at exactly the commit where it stands, if that is `expectedHead` (`null`: wherever). */
export async function removeBranch(
  api: CnbApi,
  branch: string,
  expectedHead: string | null,
  options: CallOptions,
): Promise<"deleted" | "already" | "moved"> {
  const head = await readBranch(api, branch, options);
  if (head === undefined) return "already";
  if (expectedHead !== null && head !== expectedHead) return "moved";
  const command = `${head} ${ZERO} ${HEADS}${branch}\0 report-status agent=maestro`;
  const report = packetsIn(await api.git("git-receive-pack", `${packet(command)}0000`, options));
  if (report.some((line) => line.trimEnd() === `ok ${HEADS}${branch}`)) return "deleted";
  const refusal = report.find((line) => line.startsWith("ng "))?.trim();
  if (refusal === undefined) throw unreadable("git-receive-pack");
  const after = await readBranch(api, branch, options);
  if (after === undefined) return "already";
  if (after !== head) return "moved";
  throw new MaestroError({
    code: "forge_status",
    message: `CNB did not delete the branch ${branch}: ${refusal.slice(3)}.`,
    facts: { branch },
  });
}

function packet(text: string): string {
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, "0") + text;
}

/** The packets of an answer; those without content are left out. Throws `forge_response`. */
function packetsIn(bytes: Buffer): string[] {
  const packets: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = Number.parseInt(bytes.toString("latin1", at, at + 4), 16);
    if (Number.isNaN(size) || (size > 0 && size < 4) || at + size > bytes.length) throw unreadable("Git's question");
    if (size > 4) packets.push(bytes.toString("utf8", at + 4, at + size));
    at += size === 0 ? 4 : size;
  }
  return packets;
}
