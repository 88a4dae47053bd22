import { appendFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { SecretRegistry } from "../../src/base/redact.ts";
import { createTranscripts, memoryTranscripts, type Transcripts } from "../../src/record/index.ts";
import { temporaryFolder } from "./fixture.ts";

const clock = new VirtualClock({ start: 5 });

async function texts(transcripts: Transcripts, laneId: string, run: number): Promise<string[]> {
  const kept: string[] = [];
  for await (const line of transcripts.read(laneId, run)) kept.push(JSON.parse(line).text);
  return kept;
}

async function inFolder(maxBytes?: number) {
  const directory = join(await temporaryFolder(), "transcripts");
  const secrets = new SecretRegistry();
  const options = { directory, secrets, clock, ...(maxBytes === undefined ? {} : { maxBytes }) };
  return { directory, secrets, options, transcripts: createTranscripts(options) };
}

describe.for([
  { name: "files", make: async () => (await inFolder()).transcripts },
  { name: "memory", make: async () => memoryTranscripts({ clock }) },
])("transcripts in $name", ({ make }) => {
  test("keep lines in order, readable while they live and afterwards", async () => {
    const transcripts = await make();
    const writer = await transcripts.open("a", 1);
    writer.append("one");
    writer.append("two\nlines", "message");
    const closed = await writer.close();
    const lines: string[] = [];
    for await (const line of transcripts.read("a", 1)) lines.push(line);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { at: 5, kind: "raw", text: "one" },
      { at: 5, kind: "message", text: "two\nlines" },
    ]);
    expect(closed).toMatchObject({ bytes: lines.join("\n").length + 1, lost: null });
  });

  test("are followed while they grow, to the last line before they are packed", async () => {
    const transcripts = await make();
    const writer = await transcripts.open("a", 1);
    writer.append("one");
    await writer.drained();
    const left = [
      () => writer.append("two"),
      () => undefined,
      async () => {
        writer.append("three");
        await writer.close();
      },
    ];
    const kept: string[] = [];
    const wait = async (): Promise<boolean> => {
      await left.shift()?.();
      return true;
    };
    for await (const line of transcripts.follow("a", 1, wait)) kept.push(JSON.parse(line).text);
    expect([kept, left]).toEqual([["one", "two", "three"], []]);
  });

  test("are followed no longer than somebody waits, and read when they have ended", async () => {
    const transcripts = await make();
    const writer = await transcripts.open("a", 1);
    const kept: string[] = [];
    for await (const line of transcripts.follow("a", 1, async () => false)) kept.push(line);
    writer.append("one");
    await writer.close();
    for await (const line of transcripts.follow("a", 1, async () => false)) kept.push(JSON.parse(line).text);
    expect(kept).toEqual(["one"]);
  });

  test("tell lanes and runs apart, and say when there is none", async () => {
    const transcripts = await make();
    for (const [lane, run] of [
      ["a/b", 1],
      ["a-b", 1],
      ["a-b", 11],
    ] as const) {
      const writer = await transcripts.open(lane, run);
      writer.append(`${lane} ${run}`);
      await writer.close();
    }
    expect(await texts(transcripts, "a/b", 1)).toEqual(["a/b 1"]);
    expect(await texts(transcripts, "a-b", 1)).toEqual(["a-b 1"]);
    expect(await texts(transcripts, "a-b", 11)).toEqual(["a-b 11"]);
    await expect(texts(transcripts, "a", 1)).rejects.toMatchObject({ code: "transcript_missing" });
  });

  test("count what a crash left behind once", async () => {
    const transcripts = await make();
    expect(await transcripts.settleLeftovers()).toBe(0);
    const writer = await transcripts.open("a", 1);
    writer.append("x");
    await writer.close();
    expect(await transcripts.settleLeftovers()).toBe(0);
  });
});

describe("transcript files", () => {
  test("are packed when they are closed, and private", async () => {
    const { directory, transcripts } = await inFolder();
    const writer = await transcripts.open("a", 1);
    writer.append("x");
    const { file, bytes } = await writer.close();
    expect(await readdir(directory)).toEqual([expect.stringMatching(/^a-[0-9a-f]{8}\.1\.jsonl\.gz$/)]);
    expect(gunzipSync(await readFile(file)).length).toBe(bytes);
    expect(await writer.close()).toMatchObject({ file });
  });

  test("hold no secret", async () => {
    const { transcripts, secrets } = await inFolder();
    secrets.register("token", "hunter2hunter2");
    const writer = await transcripts.open("a", 1);
    writer.append("it is hunter2hunter2");
    await writer.close();
    expect(await texts(transcripts, "a", 1)).toEqual(["it is [REDACTED:token]"]);
  });

  test("end with a remark when they grow too long", async () => {
    const { transcripts } = await inFolder(200);
    const writer = await transcripts.open("a", 1);
    for (let n = 0; n < 50; n += 1) writer.append(`line ${n}`);
    await writer.close();
    const kept = await texts(transcripts, "a", 1);
    expect(kept.length).toBeLessThan(10);
    expect(kept.slice(0, 2)).toEqual(["line 0", "line 1"]);
    expect(kept.at(-1)).toBe("Only 200 bytes are kept.");
  });

  test("of a crash are readable up to the last whole line, and packed at the next start", async () => {
    const { directory, options, transcripts } = await inFolder();
    const writer = await transcripts.open("a", 1);
    writer.append("whole");
    await writer.close();
    const [packed = ""] = await readdir(directory);
    const plain = join(directory, packed.replace(".gz", ""));
    await writeFile(plain, gunzipSync(await readFile(join(directory, packed))));
    await appendFile(plain, '{"at":5,"kind":"raw","te');
    await writeFile(join(directory, `${packed}.tmp`), "half");
    await rm(join(directory, packed));
    const next = createTranscripts(options);
    expect(await texts(next, "a", 1)).toEqual(["whole"]);
    expect(await next.settleLeftovers()).toBe(1);
    expect(await readdir(directory)).toEqual([packed]);
    expect(await texts(next, "a", 1)).toEqual(["whole"]);
  });

  test("that live are left alone by the clean-up", async () => {
    const { transcripts } = await inFolder();
    const writer = await transcripts.open("a", 1);
    writer.append("x");
    await writer.drained();
    expect(await transcripts.settleLeftovers()).toBe(0);
    writer.append("y");
    expect(await writer.close()).toMatchObject({ lost: null });
    expect(await texts(transcripts, "a", 1)).toEqual(["x", "y"]);
  });

  test("hold a flood back", async () => {
    const { transcripts } = await inFolder();
    const writer = await transcripts.open("a", 1);
    const text = "x".repeat(100_000);
    for (let n = 0; n < 40; n += 1) {
      writer.append(text);
      await writer.drained();
    }
    const { bytes } = await writer.close();
    expect(bytes).toBeGreaterThan(4_000_000);
    expect((await texts(transcripts, "a", 1)).length).toBe(40);
  });

  test("that cannot be written end themselves and say why, not the run", async () => {
    const { directory, transcripts } = await inFolder();
    const writer = await transcripts.open("a", 1);
    await rm(directory, { recursive: true });
    writer.append("x");
    const closed = await writer.close();
    expect(closed.lost).toContain("ENOENT");
    writer.append("y");
  });

  test("cannot be opened where a file is in the way", async () => {
    const { directory, transcripts } = await inFolder();
    await writeFile(directory, "");
    await expect(transcripts.open("a", 1)).rejects.toMatchObject({ code: "transcript_failed" });
  });
});
