import { connect } from "node:net";
import { measureBare } from "./bare.ts";
import { Daemon } from "./daemon.ts";
import { Ground } from "./ground.ts";
import { medianOf } from "./median.ts";
import type { Group } from "./report.ts";
import { LIMIT_MS } from "./work.ts";

const ROUNDS = 5;
const WINDOW_MS = 5_000;
const CONNECTIONS = 10;
const HISTORY = 100;

/** How often the state may be asked for. */
export async function measureState(): Promise<readonly Group[]> {
  const ground = new Ground();
  try {
    const bare = await measureBare();
    ground.writeMemory("hand_off", 1, HISTORY);
    const daemon = await Daemon.start(ground);
    await daemon.until(() => daemon.count("  finished: ") >= HISTORY, LIMIT_MS);
    const port = Number(new URL(daemon.url ?? "").port);
    const rounds: Asked[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await askFor(port));
    await daemon.stop();
    const rate = medianOf(rounds.map(({ answers }) => (answers / WINDOW_MS) * 1000));
    const bytes = medianOf(rounds.map((round) => round.bytes));
    return [
      {
        title: "State",
        how: `GET /api/v1/state after ${HISTORY} finished issues, ${CONNECTIONS} connections that are kept open, ${ROUNDS} windows of ${WINDOW_MS / 1000} s.`,
        bare,
        rows: [
          { what: "answers", value: rate, unit: "requests/s", target: "≥ 10000 requests/s" },
          { what: "size of an answer", value: bytes / 1024, unit: "KB" },
        ],
      },
    ];
  } finally {
    await Daemon.endAll();
    ground.remove();
  }
}

interface Asked {
  readonly answers: number;
  readonly bytes: number;
}

async function askFor(port: number): Promise<Asked> {
  const end = performance.now() + WINDOW_MS;
  const all = await Promise.all(Array.from({ length: CONNECTIONS }, () => askOn(port, end)));
  return { answers: all.reduce((sum, { answers }) => sum + answers, 0), bytes: all[0]?.bytes ?? 0 };
}

/** One request after the other on one connection. Plain sockets, because a client of more comfort would be slower than the server. */
function askOn(port: number, end: number): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const request = `GET /api/v1/state HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: keep-alive\r\n\r\n`;
    const socket = connect(port, "127.0.0.1", () => socket.write(request));
    let answers = 0;
    let text = "";
    socket.setNoDelay(true);
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const size = sizeOf(text);
      if (size === undefined || text.length < size) return;
      if (!text.startsWith("HTTP/1.1 200")) return reject(new Error(text.slice(0, 500)));
      answers += 1;
      text = "";
      if (performance.now() < end) return socket.write(request);
      socket.destroy();
      resolve({ answers, bytes: size });
    });
  });
}

function sizeOf(text: string): number | undefined {
  const head = text.indexOf("\r\n\r\n");
  const length = /^content-length: (\d+)/im.exec(text)?.[1];
  return head < 0 || length === undefined ? undefined : head + 4 + Number(length);
}
