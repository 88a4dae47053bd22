import { measureBare, peakOf, wallBesideBare } from "./bare.ts";
import { Daemon, PROGRAM } from "./daemon.ts";
import { Ground } from "./ground.ts";
import { medianOf } from "./median.ts";
import type { Group, Measured } from "./report.ts";

const ROUNDS = 15;
const STARTS = 5;

/** How long a command line and a daemon need to start, and what they need for it. */
export async function measureStart(): Promise<Group> {
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
  const state = await startToState();
  rows.push({ what: "start → `/api/v1/state`", value: state, unit: "ms", ratio: state / bare.wallMs });
  return {
    title: "Start",
    how: `The built program; ${ROUNDS} rounds in turn with bare Node, ${STARTS} starts of a daemon on a new state directory.`,
    bare,
    rows,
  };
}

function targeted(target: string | undefined) {
  return target === undefined ? {} : { target };
}

async function startToState(): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < STARTS; round += 1) {
    const ground = new Ground();
    try {
      ground.writeMemory("wait", 1, 0);
      const daemon = await Daemon.start(ground);
      const answer = await fetch(`${daemon.url}/api/v1/state`);
      await answer.json();
      times.push(performance.now() - daemon.startedAt);
      await daemon.stop();
    } finally {
      await Daemon.endAll();
      ground.remove();
    }
  }
  return medianOf(times);
}
