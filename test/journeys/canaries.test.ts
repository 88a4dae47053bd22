import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { git, newPlace, writeFiles } from "../e2e/ground.ts";
import { Program } from "../e2e/program.ts";

const AGENT = fileURLToPath(new URL("canary-agent.mjs", import.meta.url));
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const COMMAND = [process.execPath, "--import", import.meta.resolve("tsx"), MAIN];

const random = (name: string, length: number, digits = "base64url"): string =>
  createHash("sha512")
    .update(name)
    .digest(digits === "hex" ? "hex" : "base64")
    .replace(/[^A-Za-z0-9]/g, digits === "hex" ? "" : "x")
    .repeat(3)
    .slice(0, length);

/** Values that Maestro itself reads: characters that base64, URLs and JSON write otherwise are among them. */
const READ = Array.from({ length: 50 }, (_, at) => `c${at}-${random(`own ${at}`, 12)}+/"=ä ${random(`more ${at}`, 6)}`);

/** Tokens as their issuers make them, none of which anybody has told Maestro about. */
const FORMATS: readonly string[] = [
  `ghp_${random("1", 36)}`,
  `github_pat_${random("2", 60)}`,
  `ghs_${random("3", 36)}`,
  `glpat-${random("4", 20)}`,
  `sk-ant-api03-${random("5", 40)}`,
  `sk-proj-${random("6", 40)}`,
  `sk-${random("7", 48)}`,
  `AKIA${random("8", 16).toUpperCase()}`,
  `AIza${random("9", 35)}`,
  `ya29.${random("10", 40)}`,
  `xoxb-${random("11", 24)}`,
  `https://hooks.slack.com/services/T${random("12", 8)}/B${random("13", 8)}/${random("14", 24)}`,
  `lin_api_${random("15", 40)}`,
  `npm_${random("16", 36)}`,
  `pypi-${random("17", 60)}`,
  `hf_${random("18", 34)}`,
  `sk_live_${random("19", 24)}`,
  `SG.${random("20", 22)}.${random("21", 43)}`,
  `dop_v1_${random("22", 64, "hex")}`,
  `dckr_pat_${random("23", 27)}`,
  `hvs.${random("24", 24)}`,
  `dapi${random("25", 32, "hex")}`,
  `eyJ${random("26", 20)}.eyJ${random("27", 30)}.${random("28", 43)}`,
  `postgres://app:${random("29", 20)}@db.example/app`,
  `-----BEGIN RSA PRIVATE KEY-----\n${random("30", 64)}\n${random("31", 64)}\n-----END RSA PRIVATE KEY-----`,
];
/** The part of each that is secret. */
const SECRET_PARTS = FORMATS.map(
  (text) => /:\/\/app:(\w+)@/.exec(text)?.[1] ?? /KEY-----\n(\w+)/.exec(text)?.[1] ?? text.replace(/^https:\/\//, ""),
);

const forms = (value: string): readonly string[] => [
  value,
  Buffer.from(value).toString("base64"),
  encodeURIComponent(value),
];
/** What must be nowhere. Of base64 the part that does not depend on what stands beside it. */
const FORBIDDEN: readonly string[] = [
  ...READ.flatMap((value) => [
    ...[value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)],
    Buffer.from(value).toString("base64").replace(/=*$/, "").slice(0, -2),
  ]),
  ...SECRET_PARTS,
];

/** Every text in a folder, but the workspaces, which are the agent's own, and what Git packed of them. */
function textsIn(folder: string): { readonly path: string; readonly text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || /\/(workspaces|mirror|salvage|lanes)\//.test(path)) return [];
    const bytes = readFileSync(path);
    return [{ path, text: (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8") }];
  });
}

function leaks(places: readonly { readonly path: string; readonly text: string }[]): string[] {
  return places.flatMap(({ path, text }) =>
    FORBIDDEN.filter((value) => text.includes(value)).map((value) => `${path}: ${value}`),
  );
}

function processes(root: string): { readonly path: string; readonly text: string }[] {
  return readdirSync("/proc").flatMap((name) => {
    try {
      const text = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, "latin1") : "";
      return text.includes(root) ? [{ path: `/proc/${name}/cmdline`, text }] : [];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}

it("nothing that Maestro reads, and nothing that looks like a credential, comes out anywhere", async () => {
  const place = await newPlace();
  const names = READ.map((_, at) => `CANARY_KEY_${at}`);
  const leakFile = join(place.root, "leak.json");
  const front = {
    tracker: { kind: "local" },
    repo: { path: ".", base_branch: "main", provider: { kind: "local" } },
    agent_provider: { kind: "mock", options: { command: [process.execPath, AGENT, leakFile] } },
    agent_runtime: { env: Object.fromEntries(names.slice(25).map((name) => [name, `$${name}`])) },
    hooks: {
      env: Object.fromEntries(names.slice(0, 25).map((name) => [name, `$${name}`])),
      before_run: `cat ${leakFile}; env; true`,
      after_run: `cat ${leakFile}; env; exit 1`,
    },
    validation: { commands: ["cat notes.txt; exit 1"] },
    agent: { max_attempts: 1 },
    observability: { level: "debug", redact_patterns: ["house-[0-9]{4}"] },
    polling: { interval_ms: 300 },
    workspace: { min_free_bytes: 1 },
  };
  await writeFiles(place.root, {
    "leak.json": JSON.stringify({ texts: [...READ.flatMap(forms), ...FORMATS, "house-1234"] }),
  });
  await writeFiles(place.cwd, {
    ".gitignore": ".maestro\n",
    "WORKFLOW.md": `---\n${JSON.stringify(front)}\n---\nWork on {{ issue.title }}.\n`,
  });
  git(place.cwd, "init", "--quiet", "--initial-branch=main");
  git(place.cwd, "add", "--all");
  git(place.cwd, "commit", "--quiet", "--message", "Begin");
  const env = Object.fromEntries(READ.map((value, at) => [`CANARY_KEY_${at}`, value]));
  const there = { ...place, env };
  const maestro = (...words: readonly string[]) => new Program([...COMMAND, ...words], there).ended;
  for (const title of ["Greet", "Greet again"]) await maestro("issue", "new", title, "--state", "Todo");

  const daemon = new Program([...COMMAND, "daemon", "--port", "0", "--verbose"], there);
  const [, url = "", token = ""] = await daemon.line(/(http:\/\/[\d.:]+)\/\?token=(\w+)/);
  const running: ReturnType<typeof processes> = [];
  const looking = setInterval(() => running.push(...processes(place.root)), 50);
  await daemon.line(/parked/, 2);
  clearInterval(looking);
  const opened = await fetch(`${url}/api/v2/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  const cookie = opened.headers.get("set-cookie")?.split(";")[0] ?? "";
  const get = async (path: string) => ({
    path,
    text: await (await fetch(`${url}${path}`, { headers: { cookie } })).text(),
  });
  const lanes: { lanes?: { lane_id: string }[]; items?: { lane_id: string }[] } = JSON.parse(
    (await get("/api/v2/lanes")).text,
  );
  const ids = (lanes.lanes ?? lanes.items ?? []).map((lane) => lane.lane_id);
  expect(ids).toHaveLength(2);
  const paths = [
    "/",
    "/metrics",
    "/api/v1/state",
    "/api/v2/status",
    "/api/v2/issues",
    "/api/v2/runs",
    "/api/v2/changes",
  ];
  const ofLane = ids.flatMap((id) => [
    ...["", "/events", "/diff"].map((rest) => `/api/v2/lanes/${id}${rest}`),
    ...["", "/transcript", "/prompt"].map((rest) => `/api/v2/runs/${id}/1${rest}`),
  ]);
  const answers = await Promise.all([...paths, ...ofLane].map(get));
  const ended = await daemon.end("SIGTERM");
  const exported = await maestro("record", "export");

  expect(running.length).toBeGreaterThan(0);
  const kept = [...textsIn(place.home), ...textsIn(join(place.cwd, ".maestro"))];
  const said = [ended.out, ended.err, exported.out, exported.err].map((text, at) => ({ path: `output ${at}`, text }));
  expect(leaks([...kept, ...answers, ...said, ...running])).toEqual([]);
  // It was said everywhere, and is masked everywhere.
  const masked = (part: RegExp) =>
    [...kept, ...answers].filter(({ path, text }) => part.test(path) && text.includes("[REDACTED:"));
  for (const part of [/record\.db/, /transcripts\//, /maestro\.log/, /\.maestro\/issues\//, /api\/v2\/.*transcript/])
    expect([part.source, masked(part).length > 0]).toEqual([part.source, true]);
  expect(kept.some(({ text }) => text.includes("house-1234"))).toBe(false);
});
