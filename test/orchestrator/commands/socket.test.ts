import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nudgeDaemon, openControlSocket } from "../../../src/orchestrator/commands/socket.ts";

describe("the control socket", () => {
  let folder = "";
  let path = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "maestro-socket-"));
    path = join(folder, "control.sock");
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("nudges the service, whoever connects, and says so", async () => {
    let nudges = 0;
    const socket = await openControlSocket(path, () => {
      nudges += 1;
    });
    expect(await nudgeDaemon(path)).toBe(true);
    expect(await nudgeDaemon(path)).toBe(true);
    expect(nudges).toBe(2);
    await socket.close();
  });

  it("is the owner's alone", async () => {
    const socket = await openControlSocket(path, () => undefined);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await socket.close();
  });

  it("takes the place of what a dead service left", async () => {
    await writeFile(path, "");
    const socket = await openControlSocket(path, () => undefined);
    expect(await nudgeDaemon(path)).toBe(true);
    await socket.close();
  });

  it("nobody answers where no service listens", async () => {
    expect(await nudgeDaemon(path)).toBe(false);
    await writeFile(path, "");
    expect(await nudgeDaemon(path)).toBe(false);
  });

  it("closes although a client does not let go", async () => {
    const socket = await openControlSocket(path, () => undefined);
    const client = createConnection({ path, allowHalfOpen: true });
    await new Promise((resolve) => client.once("data", resolve));
    await socket.close();
    client.destroy();
  });
});
