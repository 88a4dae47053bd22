/** Names that an agent gets from the daemon's environment, whatever the workflow says: where programs and its own login are. */
const ALLOWED: readonly string[] = ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TERM", "TMPDIR", "TZ"];

/** What an environment is made from. */
export interface EnvironmentInput {
  readonly daemon: Readonly<Record<string, string>>;
  /** Names that the workflow passes on; `all`: every one. */
  readonly pass: readonly string[] | "all";
  /** What the workflow sets. */
  readonly env: Readonly<Record<string, string>>;
  /** What Maestro sets; outweighs all others. */
  readonly extra: Readonly<Record<string, string>>;
  /** Whether a text holds a value that no agent may see. */
  readonly isSecret: (text: string) => boolean;
}

/**
 * The whole environment of an agent: an allow-list, never the daemon's environment less something, unless its profile keeps no guardrails
 * and passes all. Values that hold a tracker's or forge's secret are left out even when the workflow passes them; `dropped` names them (S-189).
 */
export function agentEnvironment(input: EnvironmentInput): {
  readonly env: Readonly<Record<string, string>>;
  readonly dropped: readonly string[];
} {
  const passed = Object.entries(input.daemon).filter(
    ([name]) => ALLOWED.includes(name) || name.startsWith("LC_") || isPassed(input.pass, name),
  );
  const wanted = { ...Object.fromEntries(passed), ...input.env, ...input.extra };
  const dropped = Object.entries(wanted).flatMap(([name, value]) => (input.isSecret(value) ? [name] : []));
  const env = Object.fromEntries(Object.entries(wanted).filter(([name]) => !dropped.includes(name)));
  return { env, dropped };
}

function isPassed(pass: EnvironmentInput["pass"], name: string): boolean {
  return pass === "all" || pass.includes(name);
}
