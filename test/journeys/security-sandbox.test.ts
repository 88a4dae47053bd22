import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { silentLog } from "../../src/base/log.ts";
import type { Runtime } from "../../src/contracts/runtime.ts";
import type { Sandbox } from "../../src/model/workflow.ts";
import { contain, sandboxWords } from "../../src/runs/run/containment.ts";
import { localRuntime } from "../../src/runtimes/local/index.ts";

function bubblewrapWorks(): boolean {
  try {
    execFileSync("bwrap", ["--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "--", "true"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

const WORKS = bubblewrapWorks();
const PATH = process.env.PATH ?? "";
/** In every file that an agent has no business with. */
const CANARY = "canary-4b1d6f0a9c";

let root: string;
beforeEach(() => {
  // Not in the system's temporary folder: the sandbox has an empty one, which would hide all of it by itself.
  const above = join(process.env.XDG_CACHE_HOME ?? tmpdir(), "maestro-tests");
  mkdirSync(above, { recursive: true });
  root = realpathSync(mkdtempSync(join(above, "sandbox-")));
  const secrets = [
    ...["user/.ssh/id", "user/.netrc", "user/notes.txt", "user/.codex/auth.json"],
    ...["user/.maestro/accounts.db", "user/.maestro/credentials/store.json", "user/.maestro/projects/p/record.db"],
    ...["user/.maestro/projects/p/mirror/config", "user/.maestro/projects/p/http-token"],
    ...["user/.maestro/projects/p/workspaces/B/file", "user/.maestro/agents/codex/other/auth.json", "elsewhere/C/file"],
  ];
  for (const name of secrets) write(name, CANARY);
  for (const name of ["user/.maestro/projects/p/workspaces/A/own", "user/.maestro/projects/p/mirror/objects/pack/x"])
    write(name, "mine");
  write("user/.cargo/registry", "cache");
  mkdirSync(join(root, "user/.maestro/agents/codex/default"), { recursive: true });
  mkdirSync(join(root, "tmp"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}

function machine(path = PATH): Runtime {
  const real = localRuntime({ clock: systemClock(), machine: "here", log: silentLog });
  return { ...real, environment: () => ({ PATH: path, HOME: join(root, "user") }) };
}

const home = () => join(root, "user/.maestro");
const project = (name: string) => join(home(), "projects/p", name);

function placed(on: Runtime, sandbox: Sandbox, network = true): Promise<Runtime> {
  const stateDirectory = join(home(), "agents/codex/default");
  const place = {
    workspace: project("workspaces/A"),
    home: home(),
    others: [project("workspaces"), join(root, "elsewhere")],
    objects: project("mirror/objects"),
    caches: ["~/.cargo"],
    account: { name: "default", stateDirectory, userHome: join(root, "user") },
    temporaryDirectory: join(root, "tmp"),
  };
  return contain(on, { sandbox, machine: on, place, network });
}

async function shell(runtime: Runtime, line: string) {
  const env = { PATH, TMPDIR: join(root, "tmp") };
  const marker = `maestro.sandbox.${process.pid}`;
  const spec = { command: "sh", args: ["-c", line], cwd: project("workspaces/A"), env, marker, timeoutMs: 20_000 };
  const { stdout, stderr, code } = await runtime.execute(spec);
  return { out: stdout, err: stderr, code };
}

describe.skipIf(!WORKS)("an agent in the sandbox", () => {
  it.for(["auto", "bwrap", "required"] as const)(
    "%s: finds no key, store, record, lane or process",
    async (sandbox) => {
      const runtime = await placed(machine(), sandbox);
      const { out, code } = await shell(
        runtime,
        `cat own; grep -rs ${CANARY} ${root} && echo FOUND; ls /proc | grep -c '^[0-9]'`,
      );
      const [own, processes] = out.replace("mine", "mine\n").trim().split("\n");
      expect([own, code]).toEqual(["mine", 0]);
      expect(Number(processes)).toBeLessThan(10);
    },
  );

  it("sees the environment of other processes only without one, which is what it is there for", async () => {
    const other = spawn("sleep", ["300"], { env: { PATH, MAESTRO_TEST_CANARY: CANARY }, stdio: "ignore" });
    try {
      await new Promise((resolve) => other.once("spawn", resolve));
      const looks = `cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep MAESTRO_TEST_CANARY; cat ${root}/user/.ssh/id`;
      const seen = `MAESTRO_TEST_CANARY=${CANARY}\n${CANARY}`;
      expect((await shell(await placed(machine(), "none"), looks)).out).toBe(seen);
      expect((await shell(await placed(machine(), "auto"), looks)).out).toBe("");
    } finally {
      other.kill("SIGKILL");
    }
  });

  it("writes to its workspace, its account and its temporary folder, and reads what it is lent", async () => {
    const runtime = await placed(machine(), "required");
    const account = join(home(), "agents/codex/default");
    const { out } = await shell(
      runtime,
      [
        `echo 1 > new; echo 1 > $TMPDIR/new; echo 1 > ${account}/new`,
        `cat ${project("mirror/objects/pack/x")} ${root}/user/.cargo/registry`,
        `for place in ${root}/user ${home()} ${project("workspaces")} ${project("mirror/objects")} ${root}/user/.cargo /etc /usr; do (echo 1 > $place/stolen) 2>/dev/null && echo wrote $place; done; true`,
      ].join("; "),
    );
    expect(out).toBe("minecache");
    expect([join(project("workspaces/A"), "new"), join(root, "tmp/new"), join(account, "new")].map(existsSync)).toEqual(
      Array(3).fill(true),
    );
  });

  it("cannot take the cover away, nor lead it elsewhere by a link of its own", async () => {
    const account = join(home(), "agents/codex/default");
    symlinkSync(join(root, "user/.ssh/id"), join(account, "auth.json"));
    symlinkSync(join(root, "user"), join(project("workspaces/A"), "way-out"));
    const { out } = await shell(
      await placed(machine(), "required"),
      `umount ${root}/user 2>/dev/null && echo uncovered; cat ${account}/auth.json way-out/.ssh/id ../B/file /proc/1/root${root}/user/.ssh/id 2>/dev/null; grep CapEff /proc/self/status`,
    );
    // None, or for root the one with which an agent makes a sandbox of its own.
    expect(["CapEff:\t0000000000000000", "CapEff:\t0000000080000000"]).toContain(out.trim());
  });

  it("has its login all the same, and renews it for everybody", async () => {
    const account = join(home(), "agents/codex/default");
    symlinkSync(join(root, "user/.codex/auth.json"), join(account, "auth.json"));
    const { out } = await shell(
      await placed(machine(), "required"),
      `cat ${account}/auth.json; echo new > ${account}/auth.json`,
    );
    expect([out, readFileSync(join(root, "user/.codex/auth.json"), "utf8")]).toEqual([CANARY, "new\n"]);
  });

  it("keeps its network; a check loses it where the workflow says so", async () => {
    const server = createServer((_request, response) => response.end("reached"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const address = server.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const asks = `node -e 'fetch("http://127.0.0.1:${port}").then((a) => a.text(), () => "cut off").then((t) => process.stdout.write(t))'`;
      const said = async (sandbox: Sandbox, network: boolean) =>
        (await shell(await placed(machine(), sandbox, network), asks)).out;
      expect([await said("auto", true), await said("auto", false), await said("none", false)]).toEqual([
        ...["reached", "cut off", "cut off"],
      ]);
    } finally {
      server.close();
    }
  });
});

describe("where bubblewrap does not work", () => {
  it.for(["bwrap", "required"] as const)("%s starts nothing, and says why", async (sandbox) => {
    const bare = machine("/no/such/folder");
    await expect(placed(bare, sandbox)).rejects.toMatchObject({
      code: "agent_isolation_missing",
      message: expect.stringContaining(`agent_runtime.sandbox is ${sandbox}, but bubblewrap is not there`),
    });
  });

  it("checks without a network are not run with one", async () => {
    const bare = machine("/no/such/folder");
    for (const sandbox of ["auto", "none"] as const) {
      await expect(placed(bare, sandbox, false)).rejects.toMatchObject({ code: "agent_isolation_missing" });
    }
  });

  it("auto starts agents without, and it is said plainly what that means", async () => {
    const bare = machine("/no/such/folder");
    expect(await placed(bare, "auto")).toBe(bare);
    const told = await sandboxWords(bare, "auto");
    expect(told).toMatchObject({ ok: false });
    expect(told.sentence).toContain("an agent can read and write what the user of this service can");
    expect(await sandboxWords(bare, "none")).toMatchObject({ ok: false });
  });
});
