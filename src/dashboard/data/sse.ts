/** One message of an event stream. */
export interface SseMessage {
  readonly event: string;
  readonly data: string;
  readonly id: string | null;
}

/** Cuts an event stream into messages, whatever pieces it comes in. Comments and `retry` are left out. */
export class SseReader {
  #rest = "";

  /** The messages that this piece completes. */
  push(piece: string): SseMessage[] {
    const blocks = (this.#rest + piece.replaceAll("\r\n", "\n")).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap(messageOf);
  }
}

function messageOf(block: string): SseMessage[] {
  const fields = block.split("\n").map((line) => {
    const at = line.indexOf(":");
    return at < 0 ? ([line, ""] as const) : ([line.slice(0, at), line.slice(at + 1).replace(/^ /, "")] as const);
  });
  const valuesOf = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value);
  const data = valuesOf("data");
  if (data.length === 0) return [];
  return [{ event: valuesOf("event").at(-1) ?? "message", data: data.join("\n"), id: valuesOf("id").at(-1) ?? null }];
}
