import { createConnection, createServer, type Server } from "node:net";
import { chmod, rm } from "node:fs/promises";
import { toMaestroError } from "../../base/errors.ts";

/** Longest wait for a service that holds its socket but does not answer, milliseconds. */
const ANSWER_MS = 1_000;

/**
 * The control socket: whoever connects nudges the service to look at its command inbox. It carries no data, so that there is only one way
 * in. Mode 0600. A stale file of a dead service is replaced; hold the instance lock first.
 */
export async function openControlSocket(path: string, onNudge: () => void): Promise<{ close(): Promise<void> }> {
  await rm(path, { force: true });
  const server = createServer((socket) => {
    // A client that went away early has still nudged.
    socket.on("error", () => undefined);
    onNudge();
    // Whoever does not let go must not keep the service from closing.
    socket.end("ok\n", () => socket.destroy());
  });
  await listen(server, path);
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(toMaestroError(error, "control_socket_failed")));
    server.listen(path, () => resolve());
  });
}

/** Tells the service behind the socket to look at its inbox. `false` when none answers. */
export function nudgeDaemon(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(ANSWER_MS, () => finish(false));
    socket.on("error", () => finish(false));
    socket.on("data", () => finish(true));
    socket.on("end", () => finish(false));
  });
}
