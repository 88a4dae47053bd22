import { expect, it } from "vitest";
import { SseReader } from "../../src/dashboard/data/sse.ts";

const STREAM =
  ': hello\n\nevent: hello\ndata: {"seq":1}\n\nid: 7\nevent: record\ndata: {"a":1}\ndata: {"b":2}\n\nretry: 500\n\n';
const MESSAGES = [
  { event: "hello", data: '{"seq":1}', id: null },
  { event: "record", data: '{"a":1}\n{"b":2}', id: "7" },
];

it("reads the same messages, whatever pieces the stream comes in", () => {
  for (let size = 1; size <= STREAM.length; size += 1) {
    const reader = new SseReader();
    const pieces = STREAM.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
    expect(pieces.flatMap((piece) => reader.push(piece))).toEqual(MESSAGES);
  }
});

it("takes carriage returns, fields without a blank and messages without a name", () => {
  expect(new SseReader().push("data:x\r\nid:3\r\n\r\n")).toEqual([{ event: "message", data: "x", id: "3" }]);
});

it("keeps what is not complete", () => {
  const reader = new SseReader();
  expect(reader.push("data: 1\n")).toEqual([]);
  expect(reader.push("\n")).toEqual([{ event: "message", data: "1", id: null }]);
});
