import { type Line, toned } from "../line.ts";
import type { NextStep } from "./next-steps.ts";

/** What a person can do, as lines. */
export function stepLines(steps: readonly NextStep[]): Line[] {
  if (steps.length === 0) return [];
  const widest = Math.max(...steps.map(({ command }) => command.length));
  return [
    "",
    [toned("title", "What you can do")],
    ...steps.map(({ command, purpose }): Line => [`  ${command.padEnd(widest)}  `, toned("faint", purpose)]),
  ];
}
