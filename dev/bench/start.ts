import { measureBare, peakOf, wallBesideBare, wallOfBare } from "./bare.ts";
import { Daemon, PROGRAM } from "./daemon.ts";
import { Ground } from "./ground.ts";
import { medianOf } from "./median.ts";
import type { Group, Measured } from "./report.ts";

const ROUNDS = 15;
/** Of the daemon and of bare Node, in turn. */
const STARTS = 5;

/** How long a command line and a daemon need to start, and what they need for it. */
export async function measureStart(): Promise<readonly Group[]> {
  const bare = await measureBare();
  const rows: Measured[] = [];
  for (const option of ["--help", "--version"]) {
    const { wallMs, bareMs } = await wallBesideBare([PROGRAM, option], ROUNDS);
    const peakMb = await peakOf([PROGRAM, option]);
    const [wallTarget, peakTarget] = option === "--help" ? ["≤ 1.35 × bare", "≤ 60 MB"] : [];
    rows.push(
      { what: `\`${option}\``, value: wallMs, unit: "ms", ratio: wallMs / bareMs, ...targeted(wallTarget) },
      { what: `\`${option}\`, peak`, value: peakMb, unit: "MB", ratio: peakMb / bare.peakMb, ...targeted(peakTarget) },
    );
  }
  const { state, beyond } = await startToState();
  rows.push(
    { what: "start → `/api/v1/state`", value: state, unit: "ms", ratio: state / bare.wallMs },
    { what: "start → `/api/v1/state`, beyond bare Node", value: beyond, unit: "ms", target: "≤ 200 ms" },
  );
  const how = `The built program; ${ROUNDS} rounds in turn with bare Node, ${STARTS} starts of a daemon on a new state directory.`;
  return [{ title: "Start", how, bare, rows }];
}

function targeted(target: string | undefined) {
  return target === undefined ? {} : { target };
}

async function startToState(): Promise<{ readonly state: number; readonly beyond: number }> {
  const times: number[] = [];
  const beyond: number[] = [];
  for (let round = 0; round < STARTS; round += 1) {
    const bare = await wallOfBare();
    const ground = new Ground();
    try {
      ground.writeMemory("wait", 1, 0);
      const daemon = await Daemon.start(ground);
      const answer = await fetch(`${daemon.url}/api/v1/state`);
      await answer.json();
      const time = performance.now() - daemon.startedAt;
      times.push(time);
      beyond.push(time - bare);
      await daemon.stop();
    } finally {
      await Daemon.endAll();
      ground.remove();
    }
  }
  return { state: medianOf(times), beyond: medianOf(beyond) };
}
