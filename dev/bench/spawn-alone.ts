import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a program to its end with an empty input, its output read and thrown away. */
export async function spawnAlone(
  [program = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end();
  child.stdout.resume();
  child.stderr.resume();
  await once(child, "close");
}
