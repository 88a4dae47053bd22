import { isAlive, processStartMarker } from "../../base/process-probe.ts";
import type { ProcessRow, ProcessTable } from "./process-table.ts";

/** A process that was started in a group and a session of its own. */
export interface Tree {
  /** Of the first process, and of its group and session. */
  readonly pid: number;
  /** Whether the first process was reaped, so that its id may have a new owner. */
  readonly reaped: () => boolean;
  /** Whether its group still had members when it was reaped: the system then gives the id to nobody else. */
  readonly groupOutlived: () => boolean;
}

/** By what processes are recognised as belonging together, beside their descent. */
export interface Belonging {
  readonly marker: string;
  readonly tree?: Tree;
}

/**
 * The processes that are to end. They are collected again and again, because children appear and parents vanish meanwhile:
 * once seen, a process stays listed although nothing may link it to the tree any more. Process ids are guarded by start markers.
 */
export class Victims {
  readonly #processes: ProcessTable;
  readonly #belonging: Belonging;
  readonly #starts = new Map<number, string>();
  #seen = 0;

  constructor(processes: ProcessTable, belonging: Belonging) {
    this.#processes = processes;
    this.#belonging = belonging;
  }

  /** How many were ever seen. */
  get size(): number {
    return this.#seen;
  }

  /** Adds whoever belongs by marker, group or descent now. */
  async look(): Promise<void> {
    const [rows, markers] = await Promise.all([this.#processes.rows(), this.#processes.markers()]);
    const living = new Set(await this.alive());
    const seeds = rows.filter((row) => living.has(row.pid) || this.#belongs(row, markers.get(row.pid)));
    for (const { pid } of withDescendants(rows, seeds)) {
      const start = living.has(pid) ? undefined : await processStartMarker(pid);
      if (start === undefined) continue;
      this.#starts.set(pid, start);
      this.#seen += 1;
    }
  }

  /** Those who live still. */
  async alive(): Promise<number[]> {
    const alive: number[] = [];
    for (const [pid, start] of this.#starts) if (await isAlive(pid, start)) alive.push(pid);
    return alive;
  }

  #belongs(row: ProcessRow, marker: string | undefined): boolean {
    const { tree } = this.#belonging;
    if (marker === this.#belonging.marker) return true;
    if (tree === undefined || (tree.reaped() && !tree.groupOutlived())) return false;
    return row.group === tree.pid && (row.session === null || row.session === tree.pid);
  }
}

/** Never this process itself: Maestro may run inside a process that another Maestro marked. */
function withDescendants(rows: readonly ProcessRow[], seeds: readonly ProcessRow[]): Set<ProcessRow> {
  const children = new Map<number, ProcessRow[]>();
  for (const row of rows) {
    const siblings = children.get(row.parent);
    if (siblings === undefined) children.set(row.parent, [row]);
    else siblings.push(row);
  }
  const found = new Set<ProcessRow>();
  const queue = [...seeds];
  for (let row = queue.pop(); row; row = queue.pop()) {
    if (row.pid === process.pid || found.has(row)) continue;
    found.add(row);
    queue.push(...(children.get(row.pid) ?? []));
  }
  return found;
}
