import { isMaestroError } from "../base/errors.ts";
import type { App, Opened, Project, RecordReading } from "./app.ts";

/** The record, or `null` when nothing ever ran. Every other trouble is thrown. */
export async function readerIfAny(app: App, project: Project): Promise<Opened<RecordReading> | null> {
  try {
    return await app.reader(project);
  } catch (error) {
    if (isMaestroError(error) && error.code === "record_missing") return null;
    throw error;
  }
}

/** Uses something that was opened, and closes it whatever happens. */
export async function using<T, R>(open: Opened<T>, work: (value: T) => Promise<R>): Promise<R> {
  try {
    return await work(open.value);
  } finally {
    await open.close();
  }
}
