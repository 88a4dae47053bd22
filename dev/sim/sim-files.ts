import { posix } from "node:path";
import type { Clock } from "../../src/base/clock.ts";
import { MaestroError } from "../../src/base/errors.ts";
import type { FileEntry, FileStat } from "../../src/contracts/runtime.ts";

type Node =
  | { readonly kind: "file"; readonly text: string; readonly at: number }
  | { readonly kind: "directory"; readonly at: number }
  | { readonly kind: "link"; readonly target: string; readonly at: number };

/** As Linux counts them before it gives up. */
const MOST_LINKS = 40;
const DEFAULT_READ_BYTES = 16 * 1024 * 1024;

/** A disk in memory: files, folders and links by their real path. Behaves like the real one as far as `Runtime` promises. */
export class SimFiles {
  /** Free bytes of the disk; a text that is larger does not fit. A test may change it at any time. */
  free = 100 * 1024 ** 3;
  readonly #clock: Clock;
  readonly #nodes = new Map<string, Node>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#nodes.set("/", { kind: "directory", at: clock.now() });
  }

  async readText(path: string, { maxBytes = DEFAULT_READ_BYTES }: { maxBytes?: number } = {}): Promise<string> {
    const node = this.#at(this.#real(path), path);
    if (node.kind !== "file") throw failure("file_failed", path, "is no regular file");
    if (Buffer.byteLength(node.text) > maxBytes) throw failure("file_failed", path, `is larger than ${maxBytes} bytes`);
    return node.text;
  }

  async writeText(path: string, text: string): Promise<void> {
    this.#checkSpace(path, text);
    this.#makeDirectory(posix.dirname(path));
    const real = this.#realName(path);
    if (this.#nodes.get(real)?.kind === "directory") throw failure("file_failed", path, "is a folder");
    this.#nodes.set(real, { kind: "file", text, at: this.#clock.now() });
  }

  async appendText(path: string, text: string): Promise<void> {
    this.#checkSpace(path, text);
    const name = this.#realName(path);
    const real = this.#nodes.get(name)?.kind === "link" ? this.#real(path) : name;
    const node = this.#nodes.get(real);
    if (node !== undefined && node.kind !== "file") throw failure("file_failed", path, "is no regular file");
    this.#nodes.set(real, { kind: "file", text: `${node?.text ?? ""}${text}`, at: this.#clock.now() });
  }

  async list(path: string): Promise<readonly FileEntry[]> {
    const real = this.#real(path);
    if (this.#at(real, path).kind !== "directory") throw failure("file_failed", path, "is no folder");
    const entries: FileEntry[] = [];
    for (const [name, { kind }] of this.#nodes) {
      if (name !== "/" && posix.dirname(name) === real) entries.push({ name: posix.basename(name), kind });
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const node = this.#unlessMissing(() => this.#nodes.get(this.#realName(path)));
    if (node === undefined) return undefined;
    const size = node.kind === "file" ? Buffer.byteLength(node.text) : 0;
    return { kind: node.kind, size, modifiedAt: node.at };
  }

  async realPath(path: string): Promise<string> {
    return this.#real(path);
  }

  async makeDirectory(path: string): Promise<void> {
    this.#makeDirectory(path);
  }

  async remove(path: string): Promise<void> {
    const real = this.#unlessMissing(() => this.#realName(path));
    if (real === undefined) return;
    for (const name of this.#tree(real)) this.#nodes.delete(name);
  }

  async rename(from: string, to: string): Promise<void> {
    const source = this.#realName(from);
    const target = this.#realName(to);
    const moved = this.#at(source, from);
    const taken = this.#nodes.get(target);
    if (taken?.kind === "directory" && this.#tree(target).length > 1) throw failure("file_exists", to, "is not empty");
    if (taken !== undefined && (taken.kind === "directory") !== (moved.kind === "directory")) {
      throw failure("file_failed", to, `is a ${taken.kind}, ${from} a ${moved.kind}`);
    }
    if (target.startsWith(`${source}/`)) throw failure("file_failed", to, `is inside ${from}`);
    if (source === target) return;
    for (const name of this.#tree(source)) {
      const node = this.#at(name, name);
      this.#nodes.delete(name);
      this.#nodes.set(target + name.slice(source.length), node);
    }
  }

  async link(target: string, path: string): Promise<void> {
    const real = this.#realName(path);
    if (this.#nodes.has(real)) throw failure("file_exists", path, "is there already");
    this.#nodes.set(real, { kind: "link", target, at: this.#clock.now() });
  }

  async freeBytes(): Promise<number> {
    return this.free;
  }

  /** The paths of all files, sorted. */
  paths(): string[] {
    return [...this.#nodes].flatMap(([path, { kind }]) => (kind === "file" ? [path] : [])).sort();
  }

  /** The names of the folders directly in a folder. */
  folders(path: string): string[] {
    return [...this.#nodes].flatMap(([name, { kind }]) =>
      kind === "directory" && name !== path && posix.dirname(name) === path ? [posix.basename(name)] : [],
    );
  }

  /** Whether there is a folder, links followed. */
  isDirectory(path: string): boolean {
    return this.#unlessMissing(() => this.#nodes.get(this.#real(path)))?.kind === "directory";
  }

  #makeDirectory(path: string): void {
    const parent = posix.dirname(path);
    if (parent !== path) this.#makeDirectory(parent);
    const real = this.#realName(path);
    const node = this.#nodes.get(real);
    if (node?.kind === "link") this.#real(path);
    else if (node?.kind === "file") throw failure("file_exists", path, "is a file");
    else if (node === undefined) this.#nodes.set(real, { kind: "directory", at: this.#clock.now() });
  }

  /** The path itself and everything below it. */
  #tree(real: string): string[] {
    return [...this.#nodes.keys()].filter((name) => name === real || name.startsWith(`${real}/`));
  }

  #at(real: string, asked: string): Node {
    const node = this.#nodes.get(real);
    if (node === undefined) throw failure("file_missing", asked, "does not exist");
    return node;
  }

  /** Where a name stands, its own link not followed. The name itself may be missing, its folder may not. */
  #realName(path: string): string {
    if (path === "/") return path;
    const folder = this.#real(posix.dirname(path));
    if (this.#at(folder, path).kind !== "directory") throw failure("file_failed", path, "leads through a file");
    return posix.join(folder, posix.basename(path));
  }

  /** All links followed. */
  #real(path: string): string {
    if (!path.startsWith("/")) throw failure("file_failed", path, "is not absolute");
    let real = "/";
    let links = 0;
    const parts = path.split("/").reverse();
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      if (part === "" || part === ".") continue;
      const next = posix.join(real, part);
      if (this.#at(real, path).kind !== "directory") throw failure("file_failed", path, "leads through a file");
      const node = this.#at(next, path);
      if (node.kind !== "link") real = next;
      else {
        links += 1;
        if (links > MOST_LINKS) throw failure("file_failed", path, "has too many links");
        if (node.target.startsWith("/")) real = "/";
        parts.push(...node.target.split("/").reverse());
      }
    }
    return real;
  }

  #unlessMissing<T>(look: () => T): T | undefined {
    try {
      return look();
    } catch (error) {
      if (error instanceof MaestroError && error.code === "file_missing") return undefined;
      throw error;
    }
  }

  #checkSpace(path: string, text: string): void {
    if (Buffer.byteLength(text) > this.free) throw failure("disk_full", path, "does not fit on the disk");
  }
}

function failure(code: string, path: string, problem: string): MaestroError {
  return new MaestroError({ code, message: `${path} ${problem}.`, facts: { path } });
}
