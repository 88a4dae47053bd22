import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SecretRegistry } from "../../src/base/redact.ts";
import { failureOf, LEAST, loadText, problemsOf, put, temporaryFolder } from "./fixture.ts";

const PROFILE = "workflow: {profile: {kind: triage}}";
const AGENT = "agent_provider: {kind: actor}";

function tracker(provider: string): string {
  return `${PROFILE}\ntracker:\n  kind: paper\n  provider: ${provider}\n${AGENT}`;
}

describe("secrets", () => {
  test("S-043 unset and empty ones are listed together, each with what it is for", async () => {
    const yaml = `${tracker("{auth: {api_key: $PAPER_KEY}}")}\nrepo: {provider: {kind: paper, token: '\${FORGE_KEY}'}}`;
    const failure = await failureOf(loadText(yaml, { environment: { FORGE_KEY: "" } }));
    expect(failure.code).toBe("missing_secret");
    expect(failure.message).toBe(
      [
        "These secrets are not set:",
        "WORKFLOW.md:5:30 PAPER_KEY for tracker.provider.auth.api_key (tracker paper)",
        "WORKFLOW.md:7:39 FORGE_KEY for repo.provider.token (forge paper)",
      ].join("\n"),
    );
    expect(failure.hint).toContain("PAPER_KEY, FORGE_KEY");
  });

  test("those that are read are registered, and no message holds one", async () => {
    const secrets = new SecretRegistry();
    const environment = { PAPER_KEY: "hunter2hunter2" };
    const workflow = await loadText(tracker("{auth: {api_key: $PAPER_KEY}}"), { environment, secrets });
    expect(workflow.tracker.options).toMatchObject({ auth: { api_key: "hunter2hunter2" } });
    expect(secrets.redact("hunter2hunter2")).toBe("[REDACTED:PAPER_KEY]");
    const failure = await failureOf(
      loadText(tracker("{auth: {api_key: $PAPER_KEY}, project: 3}"), { environment, secrets: new SecretRegistry() }),
    );
    expect(JSON.stringify([failure.message, failure.facts])).not.toContain("hunter2");
  });

  test("one that is written into the file is registered as well", async () => {
    const secrets = new SecretRegistry();
    await loadText(tracker("{auth: {api_key: plain-secret}}"), { secrets });
    expect(secrets.redact("plain-secret")).toBe("[REDACTED:api_key]");
  });

  test("beside other problems a missing secret is one of them", async () => {
    const yaml = tracker("{auth: {api_key: $PAPER_KEY}, projct: a}");
    expect(await problemsOf(loadText(yaml))).toEqual([
      "WORKFLOW.md:5:30 tracker.provider.auth.api_key: the environment variable PAPER_KEY is not set; it is for tracker.provider.auth.api_key (tracker paper) (set PAPER_KEY)",
      "WORKFLOW.md:5:43 tracker.provider.projct: is not a known key (did you mean project?)",
    ]);
  });
});

describe("S-071 references to the environment", () => {
  const environment = { NAME: "value", project: "never" };
  const options: [written: string, read: unknown][] = [
    ["{project: $NAME}", { project: "value" }],
    ["{project: '${NAME}'}", { project: "value" }],
    ["{project: a$NAME}", { project: "a$NAME" }],
    ["{project: $NAME/x}", { project: "$NAME/x" }],
    ["{project: '$5'}", { project: "$5" }],
    ["{list: [$NAME, b]}", { project: "inbox", list: ["value", "b"] }],
    ["{deep: {er: $NAME}}", { project: "inbox", deep: { er: "value" } }],
    ["{issues: [{title: $NAME}]}", { project: "inbox", issues: [{ title: "$NAME" }] }],
    ["{}", { project: "inbox" }],
  ];
  test.each(options)("%s", async (written, read) => {
    expect((await loadText(tracker(written), { environment })).tracker.options).toEqual(read);
  });

  test("an unset one is a problem at its place", async () => {
    expect(await problemsOf(loadText(tracker("{project: $NOBODY}")))).toEqual([
      "WORKFLOW.md:5:23 tracker.provider.project: the environment variable NOBODY is not set (set NOBODY)",
    ]);
  });

  test("S-072 of the agent's options only env takes them", async () => {
    const agent =
      "agent_provider: {kind: actor, options: {command: $NAME, env: {KEY: $NAME}, nested: {env: {K: $NAME}}}}";
    const workflow = await loadText(LEAST.replace("agent_provider: {kind: actor}", agent), { environment });
    expect(workflow.agentProvider.options).toEqual({
      command: "$NAME",
      env: { KEY: "value" },
      nested: { env: { K: "$NAME" } },
    });
  });
});

describe("S-047, S-072 paths", () => {
  const roots: [written: string, read: string][] = [
    ["/abs/../abs/w", "/abs/w"],
    ["w", "<project>/w"],
    ["../w", "<above>/w"],
    ["~", "/home/ann"],
    ["~/w", "/home/ann/w"],
    ["$ROOT", "/from/env"],
    ["${ROOT}/w", "/from/env/w"],
    ["$REL/w", "<project>/rel/w"],
    ["~ann/w", "<project>/~ann/w"],
  ];
  test.each(roots)("workspace.root %s", async (written, read) => {
    const directory = temporaryFolder();
    const environment = { HOME: "/home/ann", ROOT: "/from/env", REL: "rel" };
    const { workspace } = await loadText(`${LEAST}\nworkspace: {root: '${written}'}`, { directory, environment });
    expect(workspace.root.replace(directory, "<project>").replace(join(directory, ".."), "<above>")).toBe(read);
  });

  const repos: [written: string, read: object][] = [
    ["{}", { path: "<project>", remote: null, baseBranch: "main", branchPrefix: "maestro/" }],
    ["{path: code}", { path: "<project>/code", remote: null }],
    ["{remote: bare.git}", { path: null, remote: "<project>/bare.git" }],
    ["{remote: 'https://example.invalid/~x/$a.git'}", { path: null, remote: "https://example.invalid/~x/$a.git" }],
    [
      "{remote: 'git@example.invalid:a/b.git', ssh: {auth: agent}}",
      { path: null, remote: "git@example.invalid:a/b.git", ssh: { auth: "agent", key: null, knownHosts: null } },
    ],
    [
      "{remote: 'ssh://example.invalid/b', ssh: {auth: key, key: ~/.ssh/bot, known_hosts: hosts}}",
      { ssh: { auth: "key", key: "/home/ann/.ssh/bot", knownHosts: "<project>/hosts" } },
    ],
    ["{commit: {sign: ssh, key: keys/sign}}", { commit: { sign: "ssh", key: "<project>/keys/sign" } }],
    [
      "{commit: {name: Ann, email: $BOT, sign: gpg, key: AB12}}",
      { commit: { name: "Ann", email: "bot@example.org", sign: "gpg", key: "AB12" } },
    ],
    ["{path: ., remote: ~/bare.git}", { path: "<project>", remote: "/home/ann/bare.git" }],
    ["{base_branch: $BASE, branch: {work_prefix: bot/}}", { baseBranch: "trunk", branchPrefix: "bot/" }],
    ["{branch: {work_prefix: bot}}", { branchPrefix: "bot" }],
    ["{branch: {work_prefix: $PREFIX}}", { branchPrefix: "bot/" }],
    ["{branch: {work_prefix: $HYPHEN}}", { branchPrefix: "bot-" }],
  ];
  test.each(repos)("repo %s", async (written, read) => {
    const directory = temporaryFolder();
    const body = written === "{}" ? "" : `, ${written.slice(1, -1)}`;
    const yaml = `${LEAST}\nrepo: {provider: {kind: paper, own: 1}${body}}`;
    const { repo } = await loadText(yaml, {
      directory,
      environment: { HOME: "/home/ann", BASE: "trunk", PREFIX: "bot", HYPHEN: "bot-", BOT: "bot@example.org" },
    });
    expect(JSON.parse(JSON.stringify(repo).replaceAll(directory, "<project>"))).toMatchObject(read);
    expect(repo?.provider).toEqual({ kind: "paper", options: { own: 1 } });
  });
});

describe("work without a repository", () => {
  const memory = LEAST.replace("kind: paper", "kind: memory");
  const placeholder = "repo: {path: ., base_branch: main, provider: {kind: memory}}";

  test("no repo section, or the older placeholder of a memory tracker", async () => {
    expect((await loadText(memory)).repo).toBeNull();
    expect((await loadText(`${memory}\n${placeholder}`)).repo).toBeNull();
  });

  test("the placeholder is a real repository for every other tracker, path or remote", async () => {
    expect((await loadText(`${LEAST}\n${placeholder}`)).repo).not.toBeNull();
    expect((await loadText(`${memory}\n${placeholder.replace("path: .", "path: code")}`)).repo).not.toBeNull();
    expect((await loadText(`${memory}\n${placeholder.replace("path: .", "path: ., remote: b")}`)).repo).not.toBeNull();
  });

  test("a profile that delivers changes needs one", async () => {
    const coding = LEAST.replace("triage", "coding_pr_delivery");
    expect(await problemsOf(loadText(coding))).toEqual([
      "WORKFLOW.md:2:1 repo: the profile coding_pr_delivery delivers changes of code, so it needs a repo section",
    ]);
    const withMemory = `${coding.replace("kind: paper", "kind: memory")}\n${placeholder}`;
    expect((await loadText(withMemory)).repo?.provider.kind).toBe("memory");
  });
});

describe("a workspace root inside a checkout", () => {
  function checkout(): string {
    const folder = temporaryFolder();
    execFileSync("git", ["init", "--quiet", folder]);
    return folder;
  }
  const environment = { PATH: process.env.PATH, HOME: "/nowhere" };
  const load = (directory: string, root: string) =>
    loadText(`${LEAST}\nworkspace: {root: ${root}}`, { directory, environment });

  test("is refused where Git would take it", async () => {
    const folder = checkout();
    expect(await problemsOf(load(folder, "w"))).toEqual([
      `WORKFLOW.md:5:19 workspace.root: lies inside the checkout ${folder}, and Git does not ignore it (leave it out, or name a folder outside, or add it to .gitignore)`,
    ]);
  });

  test("is refused through a link as well", async () => {
    const folder = checkout();
    const outside = temporaryFolder();
    mkdirSync(join(folder, "in"));
    symlinkSync(join(folder, "in"), join(outside, "link"));
    expect(await problemsOf(load(outside, "link/w"))).toHaveLength(1);
  });

  test.each(["w/", "/w", "w", "w/*"])("is fine where Git ignores it by %s", async (pattern) => {
    const folder = checkout();
    put(folder, ".gitignore", `${pattern}\n`);
    expect((await load(folder, "w")).workspace.root).toBe(join(folder, "w"));
  });

  test("is refused when Git cannot be asked", async () => {
    const folder = temporaryFolder();
    put(folder, ".git", "gitdir: /nowhere\n");
    const [problem] = await problemsOf(load(folder, "w"));
    expect(problem).toContain("workspace.root: cannot be checked: git check-ignore failed");
  });

  test("does not matter for the default root", async () => {
    const folder = checkout();
    const workflow = await loadText(LEAST, { directory: folder, environment, home: join(folder, "home") });
    expect(workflow.workspace.root.startsWith(join(folder, "home"))).toBe(true);
  });
});
