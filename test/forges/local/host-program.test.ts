import { once } from "node:events";
import { statSync } from "node:fs";
import { connect } from "node:net";
import { afterEach, expect, it } from "vitest";
import { seededRandom } from "../../../src/base/random.ts";
import { localForge } from "../../../src/forges/local/index.ts";
import { type ForgePlace, forgePlace, git, pushFiles } from "../place.ts";
import { type HostPlace, type RunningHost, runProgram, startHere, startProcess } from "./host-process.ts";

const options = { signal: new AbortController().signal };
const open: { readonly place: ForgePlace; readonly host: RunningHost }[] = [];

afterEach(async () => {
  for (const { place, host } of open.splice(0)) {
    await host.kill("SIGKILL");
    place.remove();
  }
});

async function withHost(start: (place: HostPlace) => Promise<RunningHost>) {
  const place = await forgePlace();
  const { root, checkout, repository, context } = place;
  const hostPlace = { root, repository, checkout };
  const host = await start(hostPlace);
  open.push({ place, host });
  const forge = await localForge.open({ repository, socket: host.socket }, context);
  const ensure = async (branch: string) => {
    const headSha = pushFiles(repository, branch, { [`${branch}.txt`]: "new\n" });
    return forge.ensureChange({ branch, base: "main", headSha, title: branch, body: "" }, options);
  };
  const restart = async (): Promise<RunningHost> => {
    await host.kill("SIGKILL");
    const next = await startProcess(hostPlace);
    open.push({ place, host: next });
    return next;
  };
  return { ...place, repository, host, forge, ensure, restart };
}

/** What a host says to a line; "" when it closes the connection. */
async function say(socket: string, line: string): Promise<string> {
  const connection = connect(socket);
  let said = "";
  connection.setEncoding("utf8");
  connection.on("data", (chunk) => {
    said += String(chunk);
  });
  connection.write(line);
  await once(connection, "close");
  return said;
}

it("appends what it was asked with its effect, before it answers, and loses answers as it is told", async () => {
  const { forge, ensure, host } = await withHost(startHere);
  const change = await ensure("work");
  host.plan("merge", "none");
  host.plan("merge", "lose_answer");
  host.plan("merge", "lose_request");
  host.plan("merge", "fail");
  expect(await forge.merge(change.id, "other", options)).toMatchObject({ kind: "refused" });
  const merge = () => forge.merge(change.id, change.headSha, options);
  await expect(merge()).rejects.toMatchObject({ code: "forge_request" });
  await expect(merge()).rejects.toMatchObject({ code: "forge_request" });
  await expect(merge()).rejects.toMatchObject({ code: "forge_status" });
  expect(await merge()).toMatchObject({ kind: "already" });
  await expect(forge.close(change.id, options)).rejects.toMatchObject({ code: "forge_conflict" });
  const calls = host.calls().map(({ verb, fault, effect }) => [verb, fault, effect]);
  expect(calls).toEqual([
    ["ensureChange", "none", true],
    ["merge", "none", false],
    ["merge", "lose_answer", true],
    ["merge", "none", false],
    ["close", "none", false],
  ]);
  expect(host.calls()[2]).toMatchObject({
    arguments: { changeId: change.id, expectedHead: change.headSha },
    value: { kind: "merged" },
  });
  expect(host.calls()[4]).toMatchObject({ error: "forge_conflict" });
});

it("does what it was asked although the client does not wait for a late answer", async () => {
  const { forge, ensure, host } = await withHost(startHere);
  const change = await ensure("work");
  host.plan("comment", "late", 60_000);
  const controller = new AbortController();
  const call = forge.comment(change.id, "alice", "Hello", { signal: controller.signal });
  while (host.calls().length < 2) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  await expect(call).rejects.toMatchObject({ code: "aborted" });
  const [now] = await forge.changesByIds([change.id], options);
  expect(now?.comments.map(({ body }) => body)).toEqual(["Hello"]);
});

it("answers what it does not understand with an error, and is for its user only", async () => {
  const { host } = await withHost(startHere);
  for (const line of [
    "{}",
    "not json",
    '{"version":1,"verb":"merge","arguments":{}}',
    '{"version":2,"verb":"health"}',
  ]) {
    expect(JSON.parse(await say(host.socket, `${line}\n`))).toMatchObject({ version: 1, ok: false });
  }
  expect(statSync(host.socket).mode & 0o777).toBe(0o600);
});

it("says what is wrong with its arguments and leaves", async () => {
  const child = await runProgram(["--repository", "/nonexistent/r.git"]);
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += String(chunk);
  });
  const [code] = await once(child, "exit");
  expect([code, said]).toEqual([1, expect.stringContaining("usage:")]);
});

it("merges once, whenever it is killed", { timeout: 60_000 }, async () => {
  const { ensure, host, repository, forge, restart, context } = await withHost(startProcess);
  const random = seededRandom(7);
  let running = host;
  for (let round = 1; round <= 4; round += 1) {
    const change = await ensure(`work-${round}`);
    const merging = forge.merge(change.id, change.headSha, options).then(
      ({ kind }) => kind,
      (error: { readonly code?: string }) => error.code ?? "",
    );
    await context.clock.sleep(random.integer(60));
    await running.kill("SIGKILL");
    expect(["merged", "forge_request"]).toContain(await merging);
    running = await restart();
    const result = await forge.merge(change.id, change.headSha, options);
    expect(["merged", "already"]).toContain(result.kind);
    const line = git(
      repository,
      "log",
      "--first-parent",
      "--format=%H",
      `--grep=^Maestro-Change: #${change.id}$`,
      "main",
    );
    expect(line).toBe(result.kind === "refused" ? "" : result.sha);
    expect((await forge.changesByIds([change.id], options))[0]).toMatchObject({ state: "merged", mergedSha: line });
  }
});
