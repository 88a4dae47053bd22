import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { expect, it, onTestFinished, vi } from "vitest";
import { type Connection, delayAfter, followEvents } from "../../src/dashboard/data/live.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A service that gives each request the next of these answers, and the last one from then on. */
async function serving(...answers: readonly Answer[]) {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)];
    const id = request.headers["last-event-id"];
    seen.push(Array.isArray(id) ? id[0] : id);
    answer?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/`, seen };
}

function follow(url: string) {
  const states: Connection["state"][] = [];
  const records: string[] = [];
  const live = followEvents({
    url,
    fetch,
    onRecord: (data) => records.push(data),
    onHello: () => undefined,
    onChange: ({ state }) => states.push(state),
    random: () => 1,
    now: Date.now,
  });
  onTestFinished(() => live.close());
  return { live, states, records };
}

const stream =
  (text: string, isLeftOpen = false): Answer =>
  (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(text);
    if (!isLeftOpen) response.end();
  };
const refuse: Answer = (_request, response) => void response.writeHead(401).end();

it("comes back after a lost line, behind the last event that it saw", async () => {
  const { url, seen } = await serving(
    stream("event: hello\ndata: {}\n\nid: 5\nevent: record\ndata: five\n\n"),
    stream("event: hello\ndata: {}\n\nid: 6\nevent: record\ndata: six\n\n", true),
  );
  const { states, records } = follow(url);
  await vi.waitFor(() => expect(records).toEqual(["five", "six"]), 5_000);
  expect(seen).toEqual([undefined, "5"]);
  expect(states).toEqual(["connecting", "open", "lost", "open"]);
});

it("does not knock again when it is not known any more, until somebody says so", async () => {
  const { url, seen } = await serving(refuse, stream("event: hello\ndata: {}\n\n", true));
  const { live, states } = follow(url);
  await vi.waitFor(() => expect(states).toEqual(["connecting", "refused"]), 5_000);
  expect(seen).toHaveLength(1);
  live.retry();
  await vi.waitFor(() => expect(states.at(-1)).toBe("open"), 5_000);
});

it("waits longer each time, up to a quarter of a minute", () => {
  expect([1, 2, 3, 4, 5, 6, 9].map((failures) => delayAfter(failures, 0))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
  ]);
  expect(delayAfter(3, 1)).toBe(1_500);
});
