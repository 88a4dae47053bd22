import { spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { MaestroError } from "../../base/errors.ts";

const SERVICE = "maestro";
const ACCOUNT = "credentials-key";
/** A locked keyring asks its person, who may not be there. */
const PATIENCE_MS = 20_000;
const MOST_OUTPUT = 65_536;

/** The keyring of the operating system, as far as this needs it. */
export interface Keyring {
  /** `null` when it keeps nothing for Maestro. Throws `keyring_failed`. */
  read(): Promise<string | null>;
  /** Throws `keyring_failed`. */
  write(text: string): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The keyring that has a program here: `secret-tool` (Secret Service) or `security` (macOS); `null` when there is none. */
export async function findKeyring(environment: Environment): Promise<Keyring | null> {
  // Without a session bus the program is there and the keyring is not.
  if (environment.DBUS_SESSION_BUS_ADDRESS && (await isOnPath("secret-tool", environment))) {
    const named = ["service", SERVICE, "account", ACCOUNT];
    return {
      read: async () => (await call(["secret-tool", "lookup", ...named], "", environment, [1])) || null,
      write: async (text) => {
        await call(["secret-tool", "store", "--label=Maestro", ...named], text, environment);
      },
    };
  }
  if (process.platform !== "darwin" || !(await isOnPath("security", environment))) return null;
  return {
    // 44: there is no such item.
    read: async () =>
      (await call(["security", "find-generic-password", "-s", SERVICE, "-a", ACCOUNT, "-w"], "", environment, [44])) ||
      null,
    write: async (text) => {
      // From its input: arguments can be read by everybody on the machine.
      const line = `add-generic-password -U -s ${SERVICE} -a ${ACCOUNT} -w "${text}"\n`;
      await call(["security", "-i"], line, environment);
    },
  };
}

async function isOnPath(name: string, { PATH = "" }: Environment): Promise<boolean> {
  for (const folder of PATH.split(delimiter)) {
    try {
      await access(join(folder, name), constants.X_OK);
      return true;
    } catch {
      // It is not in this folder.
    }
  }
  return false;
}

function call(
  [program = "", ...args]: readonly string[],
  input: string,
  environment: Environment,
  nothing: readonly number[] = [],
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...environment }, timeout: PATIENCE_MS, stdio: "pipe" });
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (said.length < MOST_OUTPUT) said += text;
    });
    // What it says may hold what it keeps.
    child.stderr.resume();
    child.stdin.on("error", () => {
      // It left without reading; its exit code says why.
    });
    child.once("error", (cause) => reject(failed(program, "it does not start", cause)));
    child.once("close", (code) => {
      if (code === 0) resolve(said.trim());
      else if (code !== null && nothing.includes(code)) resolve("");
      else reject(failed(program, code === null ? "it took too long" : `exit code ${code}`));
    });
    child.stdin.end(input);
  });
}

function failed(program: string, why: string, cause?: unknown): MaestroError {
  return new MaestroError({
    code: "keyring_failed",
    message: `The keyring cannot be used by \`${program}\`: ${why}.`,
    hint: "Unlock it, or keep the key elsewhere: set MAESTRO_CREDENTIALS_KEY.",
    facts: { program },
    cause,
  });
}
