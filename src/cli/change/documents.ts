export { changeDocument } from "../../model/documents/change.ts";

/** Epoch milliseconds as ISO 8601. */
export function instant(at: number): string {
  return new Date(at).toISOString();
}
