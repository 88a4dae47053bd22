import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRunning, listen, openRoom, type Room, shell } from "./fixture.ts";

let room: Room;
beforeEach(async () => {
  room = await openRoom();
});
afterEach(() => room.close());

const MIB = 1024 * 1024;

describe("the output of a process", () => {
  it("is cut at 10 MiB a line and goes on behind it", async () => {
    const script = `head -c ${20 * MIB} /dev/zero | tr '\\0' x; echo; echo behind`;
    const { running, lines } = await listen(room.runtime, shell(room.directory, script));
    await running.exited;
    expect(lines.map((line) => line.length)).toEqual([10 * MIB, 6]);
  });

  it("floods neither memory nor the other work of this process", async () => {
    const size = 100 * MIB;
    const used = (): number => process.memoryUsage().heapUsed + process.memoryUsage().external;
    const before = used();
    let [most, bytes, turns] = [0, 0, 0];
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    let isEnough = (): void => undefined;
    const enough = new Promise<void>((resolve) => {
      isEnough = resolve;
    });
    const flood = await room.runtime.spawn({
      ...shell(room.directory, `exec yes ${"x".repeat(1023)}`),
      onLine: (line) => {
        bytes += line.length + 1;
        if (bytes % MIB === 0) most = Math.max(most, used() - before);
        if (bytes === size) isEnough();
      },
    });
    count();
    // The flood ends only after the quiet one was heard.
    const quiet = await listen(room.runtime, shell(room.directory, "echo quick"));
    await quiet.running.exited;
    await enough;
    isOver = true;
    await flood.kill({ graceMs: 0 });
    expect(quiet.lines).toEqual(["quick"]);
    // Other work had its turn after 64 KiB, 128 KiB when a read straddles the limit.
    expect(turns).toBeGreaterThan(size / (128 * 1024));
    expect(most).toBeLessThan(80 * MIB);
  });

  it("waits in the process while a consumer is slow, in order", async () => {
    const script = `yes ${"x".repeat(1023)} | head -c ${32 * MIB}; echo $? >&2; echo last`;
    let written = false;
    let lines = 0;
    const running = await room.runtime.spawn({
      ...shell(room.directory, script),
      onError: () => {
        written = true;
      },
      onLine: async () => {
        lines += 1;
        if (lines % 1024 === 1) await new Promise((resolve) => setImmediate(resolve));
        // Half is consumed and the rest does not fit into any pipe, so the writer cannot be done.
        if (lines === 16 * 1024) expect(written).toBe(false);
      },
    });
    await running.exited;
    expect(lines).toBe(32 * 1024 + 1);
    expect(room.log.entries).toEqual([]);
  });

  it("keeps characters whole and delivers a last line without its end", async () => {
    const { running, lines } = await listen(
      room.runtime,
      shell(room.directory, "printf '\\303'; sleep 0.05; printf '\\274\\r\\nende'"),
    );
    await running.exited;
    expect(lines).toEqual(["ü", "ende"]);
  });

  it("goes on after a consumer that fails at a line", async () => {
    const lines: string[] = [];
    const running = await room.runtime.spawn({
      ...shell(room.directory, "echo a; echo b"),
      onLine: (line) => {
        lines.push(line);
        if (line === "a") throw new Error("no a, please");
      },
    });
    await running.exited;
    expect(lines).toEqual(["a", "b"]);
    expect(room.log.entries.map(({ fields }) => fields.reason)).toEqual(["no a, please"]);
  });
});

describe("the end of a process", () => {
  it.each([
    ["exit 9", { code: 9, signal: null }],
    ["kill -USR1 $$", { code: null, signal: "SIGUSR1" }],
  ])("is told: %s", async (script, exit) => {
    const running = await room.runtime.spawn(shell(room.directory, script));
    expect(await running.exited).toEqual(exit);
  });

  it.each([
    ["holds the output open", "sleep 1000"],
    ["writes into it without end", "yes"],
  ])("does not wait for a grandchild that %s", async (_, grandchild) => {
    const { running, line } = await listen(room.runtime, shell(room.directory, `echo $$; ${grandchild} & echo $!`));
    expect(await running.exited).toEqual({ code: 0, signal: null });
    expect(await line(1)).toBe(String(running.pid));
    await running.kill({ graceMs: 0 });
    expect(await room.runtime.liveMarkers(running.marker)).toEqual([]);
  });

  it("answers a write that was never read", async () => {
    const { running, line } = await listen(room.runtime, shell(room.directory, "echo ready; exec sleep 1000"));
    await line(1);
    const writing = expect(running.write("x".repeat(4 * MIB))).rejects.toMatchObject({ code: "process_exited" });
    await running.kill({ graceMs: 0 });
    await writing;
  });
});

describe("a start that fails", () => {
  it.each([
    ["program", "no-such-program-anywhere", "ENOENT", /program no-such-program-anywhere does not exist/],
    ["program's permission", "./plain", "EACCES", /program \.\/plain may not be used/],
  ])("names the %s", async (_, command, errno, message) => {
    await writeFile(`${room.directory}/plain`, "echo hi\n");
    const spec = { ...shell(room.directory, ""), command };
    const started = room.runtime.spawn(spec);
    await expect(started).rejects.toMatchObject({ code: "spawn_failed", facts: { errno, command } });
    await expect(started).rejects.toThrow(message);
  });

  it.each([
    ["missing", "none", "ENOENT", /working directory .*none does not exist/],
    ["a file", "file", "ENOTDIR", /working directory .*file is not a directory/],
  ])("names the working directory that is %s", async (_, name, errno, message) => {
    await writeFile(`${room.directory}/file`, "");
    const started = room.runtime.spawn({ ...shell(room.directory, ""), cwd: `${room.directory}/${name}` });
    await expect(started).rejects.toMatchObject({ code: "spawn_failed", facts: { errno } });
    await expect(started).rejects.toThrow(message);
  });

  it("is told without the arguments, which may hold secrets", async () => {
    const spec = { ...shell(room.directory, ""), args: ["-c", "geheim\u0000"] };
    const error = await room.runtime.spawn(spec).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "spawn_failed", message: expect.stringContaining("NUL") });
    expect(JSON.stringify(error)).not.toContain("geheim");
  });

  it("is a marker with characters that could be mistaken", async () => {
    const started = room.runtime.spawn({ ...shell(room.directory, ""), marker: "a b" });
    await expect(started).rejects.toMatchObject({ code: "spawn_failed", facts: { errno: "EINVAL" } });
  });
});

it("fifty processes at once speak and end, each for itself", async () => {
  const all = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const child = await listen(room.runtime, shell(room.directory, `read line; echo "$line"; exec sleep 1000`));
      await child.running.write(`hello ${index}\n`);
      return { child, said: await child.line(1) };
    }),
  );
  expect(all.map(({ said }) => said)).toEqual(all.map((_, index) => `hello ${index}`));
  await Promise.all(all.map(({ child }) => child.running.kill()));
  expect(all.filter(({ child }) => isRunning(child.running.pid))).toEqual([]);
});
