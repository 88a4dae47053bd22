import { expect, it } from "vitest";
import { ApiProblem } from "../../src/dashboard/data/problem.ts";
import { Family, Resource } from "../../src/dashboard/data/resource.ts";

/** A service whose answers come when the test says so. */
function service() {
  const asked: { readonly answer: (text: string) => void; readonly fail: (error: unknown) => void }[] = [];
  const load = (): Promise<string> =>
    new Promise((resolve, reject) => {
      asked.push({ answer: resolve, fail: reject });
    });
  return { asked, load };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("asks when somebody begins to look, and again only when something newer exists", async () => {
  const { asked, load } = service();
  const resource = new Resource(load);
  expect(asked).toHaveLength(0);
  const leave = resource.watch(() => undefined);
  asked[0]?.answer("one");
  await settled();
  leave();
  resource.watch(() => undefined)();
  expect(asked).toHaveLength(1);
  resource.outdate();
  resource.watch(() => undefined);
  expect(asked).toHaveLength(2);
  expect(resource.known).toMatchObject({ data: "one", isLoading: true });
});

it("makes one more request of all that ask while one is under way", async () => {
  const { asked, load } = service();
  const resource = new Resource(load);
  const first = resource.reload();
  void resource.reload();
  void resource.reload();
  asked[0]?.answer("one");
  await settled();
  expect(asked).toHaveLength(2);
  asked[1]?.answer("two");
  await first;
  expect(resource.known).toEqual({ data: "two", problem: null, isLoading: false });
  expect(asked).toHaveLength(2);
});

it("keeps what is there when the service does not answer, and says why", async () => {
  const { asked, load } = service();
  const resource = new Resource(load);
  const seen: (string | null)[] = [];
  resource.watch(() => seen.push(resource.known.data));
  asked[0]?.answer("one");
  await settled();
  const again = resource.reload();
  asked[1]?.fail(new ApiProblem(503, "timeout", "Try again."));
  await again;
  expect(resource.known).toMatchObject({ data: "one", problem: { code: "timeout" }, isLoading: false });
  const third = resource.reload();
  asked[2]?.fail(new TypeError("fetch failed"));
  await third;
  expect(resource.known.problem).toMatchObject({ code: "unreachable", status: 0 });
  expect(seen).not.toContain(undefined);
});

it("shows what came so far of a document that comes in parts", async () => {
  const seen: (string | null)[] = [];
  const resource = new Resource<string>((show) => {
    show("one");
    show("one two");
    return Promise.resolve("one two three");
  });
  resource.watch(() => seen.push(resource.known.data));
  await settled();
  expect(seen).toEqual([null, "one", "one two", "one two three"]);
  expect(resource.known.isLoading).toBe(false);
});

it("keeps what is looked at, and of the rest the newest", () => {
  const family = new Family(() => Promise.resolve("text"));
  const watched = family.at("watched");
  const leave = watched.watch(() => undefined);
  for (let index = 0; index < 200; index += 1) family.at(`issue ${index}`);
  expect(family.at("watched")).toBe(watched);
  expect(family.entries().length).toBeLessThan(60);
  expect(family.known("issue 0")).toBeUndefined();
  expect(family.known("issue 199")).toBeDefined();
  leave();
});
