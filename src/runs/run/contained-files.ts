import { packagePath } from "../../base/package-path.ts";
import type { AgentAccount } from "../../contracts/agent-provider.ts";
import type { ExecuteSpec, Runtime, SpawnSpec } from "../../contracts/runtime.ts";

/** Where an agent lives. All paths are absolute. */
export interface ContainedPlace {
  readonly workspace: string;
  /** Folder of everything that Maestro keeps. */
  readonly home: string;
  /** Folders with the work of other lanes. */
  readonly others?: readonly string[];
  /** The project's Git objects, which a workspace's own Git borrows. */
  readonly objects?: string;
  /** Folders of the person's home that may be read all the same; `~/` is that home. */
  readonly caches?: readonly string[];
  readonly account?: AgentAccount;
  readonly temporaryDirectory?: string;
}

/** Read-only, with empty folders for temporary files and without the sockets of the system's services. */
export const READ_ONLY: readonly string[] = [
  ...["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"],
  ...["--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--tmpfs", "/run"],
  // Names of hosts are looked up through these, and NixOS has its programs there.
  ...["systemd/resolve", "resolvconf", "NetworkManager", "current-system", "wrappers"].flatMap((name) => [
    "--ro-bind-try",
    `/run/${name}`,
    `/run/${name}`,
  ]),
];
const EMPTY: readonly string[] = ["/tmp", "/var/tmp", "/run"];

/** Keys of people, for a home that is the root of the file system and cannot be hidden whole. */
const KEYS = [".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config/gcloud", ".config/gh"];

/**
 * Login files of this machine below the person's home, and where agents have the link to them below an account's folder. What it leads to is renewed
 * through it. The agent can write its links, so one counts only when it leads where it should.
 */
const LOGINS = [
  { link: "auth.json", file: ".codex/auth.json" },
  { link: "config/.credentials.json", file: ".claude/.credentials.json" },
  { link: "data/opencode/auth.json", file: ".local/share/opencode/auth.json" },
  ...["oauth_creds.json", "google_accounts.json", "settings.json"].map((name) => {
    return { link: `.gemini/${name}`, file: `.gemini/${name}` };
  }),
];

/**
 * Bubblewrap's flags for the files of a process: the person's home, all that Maestro keeps and the work of other lanes are empty, but for the program
 * itself, the caches that are named, and its own places, which alone can be written to. `program` is where the command was found.
 */
export async function filesOf(
  runtime: Runtime,
  place: ContainedPlace,
  spec: SpawnSpec | ExecuteSpec,
  program: string,
): Promise<readonly string[]> {
  // The person's, also where an account has a login of its own.
  const userHome = runtime.environment().HOME ?? "/";
  const hidden = await hiddenOf(runtime, place, userHome);
  const named = (place.caches ?? []).map((path) => (path.startsWith("~/") ? `${userHome}${path.slice(1)}` : path));
  const programs = await programsOf(runtime, spec, program, hidden);
  const lent = [`${place.home}/plugins`, ...(place.objects === undefined ? [] : [place.objects])];
  const readable = [...named, ...programs, ...lent].flatMap((path) => ["--ro-bind-try", path, path]);
  return [
    ...READ_ONLY,
    ...hidden.flatMap((path) => ["--tmpfs", path]),
    ...readable,
    ...(await pluginDataOf(runtime, place.home)),
    ...(await ownOf(runtime, place)),
    ...loginIn(spec.env.CLAUDE_SECURESTORAGE_CONFIG_DIR, place),
    // What is written there would be gone with the process, without a word.
    ...hidden.flatMap((path) => ["--remount-ro", path]),
  ];
}

/** Folders that are empty for the agent, a folder before what lies in it. */
async function hiddenOf(runtime: Runtime, place: ContainedPlace, userHome: string): Promise<readonly string[]> {
  const keys = userHome === "/" ? KEYS.map((name) => `/${name}`) : [];
  const wanted = [userHome, place.home, ...(place.others ?? []), ...keys];
  const found = await Promise.all(wanted.map((path) => folderAt(runtime, path)));
  const real = new Set(found.filter((path) => path !== null && path !== "/" && !EMPTY.includes(path)));
  return [...real].flatMap((path) => path ?? []).sort((a, b) => a.length - b.length);
}

async function folderAt(runtime: Runtime, path: string): Promise<string | null> {
  try {
    const real = await runtime.realPath(path);
    return (await runtime.stat(real))?.kind === "directory" ? real : null;
  } catch {
    // What is not there needs not be hidden.
    return null;
  }
}

/** The program's own files, and those that its command line names, as far as they lie in a folder that is hidden. */
async function programsOf(
  runtime: Runtime,
  { args, env }: SpawnSpec | ExecuteSpec,
  program: string,
  hidden: readonly string[],
): Promise<readonly string[]> {
  const roots = [...hidden, ...EMPTY];
  const isHidden = (path: string): boolean => roots.some((root) => path.startsWith(`${root}/`));
  const node = await findProgram(runtime, "node", env.PATH, "/");
  const found: string[] = [];
  for (const path of [program, ...(node === null ? [] : [node])]) {
    const real = await runtime.realPath(path).catch(() => path);
    const modules = real.indexOf("/node_modules/");
    const package_ = modules < 0 ? parentOf(real) : real.slice(0, modules + "/node_modules".length);
    for (const folder of [parentOf(path), package_]) {
      // Of a program that lies open in a home only the file itself: the folder is the home.
      found.push(roots.includes(folder) ? real : folder);
    }
  }
  const ours = packagePath("dist");
  for (const arg of args) {
    // A program of Maestro's own is made of several files and packages, and Node asks what kind they are.
    if (arg.startsWith(`${ours}/`))
      found.push(...["dist", "package.json", "node_modules"].map(packagePath), ...around(ours));
    else if (arg.startsWith("/") && isHidden(arg) && (await runtime.stat(arg))?.kind === "file") found.push(arg);
  }
  return [...new Set(found)].filter(isHidden);
}

/** Hooks and servers of plugins keep what is theirs there, also when a check or an agent starts them. */
async function pluginDataOf(runtime: Runtime, home: string): Promise<readonly string[]> {
  const plugins = await runtime.list(`${home}/plugins`).catch(() => []);
  return plugins.flatMap(({ name, kind }) => {
    const path = `${home}/plugins/${name}/data`;
    return kind === "directory" ? ["--bind-try", path, path] : [];
  });
}

/** What it may write to. */
async function ownOf(runtime: Runtime, place: ContainedPlace): Promise<readonly string[]> {
  const { workspace, account, temporaryDirectory } = place;
  const own = [workspace, account?.stateDirectory, temporaryDirectory, ...(await loginsOf(runtime, account))];
  return own.flatMap((path) => (path === undefined ? [] : ["--bind", path, path]));
}

async function loginsOf(runtime: Runtime, account: AgentAccount | undefined): Promise<readonly string[]> {
  if (account === undefined) return [];
  const found: string[] = [];
  for (const { link, file } of LOGINS) {
    const path = `${account.stateDirectory}/${link}`;
    if ((await runtime.stat(path))?.kind !== "link") continue;
    const [login, wanted] = await Promise.all(
      [path, `${account.userHome}/${file}`].map((name) => runtime.realPath(name).catch(() => null)),
    );
    if (login !== null && login !== undefined && login === wanted) found.push(login);
  }
  return found;
}

/**
 * Claude Code uses a login in place, and renews it by a new file beside it that takes its place: so it finds an empty folder to write to, in which the
 * file is the real one. That one cannot be replaced, and is then written into.
 */
function loginIn(folder: string | undefined, { account }: ContainedPlace): readonly string[] {
  if (folder === undefined || account === undefined || !folder.startsWith(`${account.userHome}/`)) return [];
  if (folder.startsWith(`${account.stateDirectory}/`)) return [];
  const file = `${folder}/.credentials.json`;
  return ["--tmpfs", folder, "--bind", file, file];
}

/** The program as a path, or `null` when there is none. */
export async function findProgram(runtime: Runtime, command: string, path = "", cwd: string): Promise<string | null> {
  if (command.startsWith("/")) return (await runtime.stat(command)) === undefined ? null : command;
  const folders = command.includes("/") ? [cwd] : path.split(":").filter((folder) => folder.startsWith("/"));
  for (const folder of folders) {
    const found = `${folder}/${command}`;
    const kind = (await runtime.stat(found).catch(() => undefined))?.kind;
    if (kind === "file" || kind === "link") return found;
  }
  return null;
}

/** The packages beside an installed one, which are its own as well. */
function around(path: string): readonly string[] {
  const end = path.lastIndexOf("/node_modules/");
  return end < 0 ? [] : [path.slice(0, end + "/node_modules".length)];
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
