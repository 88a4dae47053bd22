import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { VirtualClock } from "../../dev/sim/virtual-clock.ts";
import { systemClock } from "../../src/base/clock.ts";
import { Scope } from "../../src/base/scope.ts";

const fail = (message: string) => (): never => {
  throw new Error(message);
};

describe("Scope", () => {
  it("releases last first, all of them, whichever fail (property)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 12 }), async (failing) => {
        const scope = new Scope(systemClock(), "run");
        const released: number[] = [];
        for (const [at, fails] of failing.entries()) {
          scope.defer(`step ${at}`, async () => {
            released.push(at);
            if (fails) throw new Error(`no ${at}`);
          });
        }
        const code = await scope.close().then(
          () => "fine",
          (error) => error.code,
        );
        expect(released).toEqual(failing.map((_, at) => at).reverse());
        expect(code).toBe(failing.includes(true) ? "release_failed" : "fine");
      }),
    );
  });

  it("reports the first failure and lists all", async () => {
    const scope = new Scope(systemClock(), "run");
    scope.defer("first in", fail("two"));
    scope.defer("last in", fail("one"));
    const closed = scope.close();
    expect(scope.close()).toBe(closed);
    await expect(closed).rejects.toMatchObject({
      code: "release_failed",
      cause: { message: "one" },
      facts: { scope: "run", failures: [{ name: "last in", message: "one" }, { name: "first in" }] },
    });
  });

  it("goes on when a release hangs", async () => {
    const clock = new VirtualClock();
    const scope = new Scope(clock, "run");
    const released: string[] = [];
    scope.defer("under", () => void released.push("under"));
    scope.defer("hangs", () => new Promise(() => undefined), 50);
    const checked = expect(scope.close()).rejects.toMatchObject({ facts: { failures: [{ code: "deadline" }] } });
    await clock.advance(49);
    expect(released).toEqual([]);
    await clock.advance(1);
    await checked;
    expect(released).toEqual(["under"]);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("closes children with itself, in their place, and forgets those closed before", async () => {
    const scope = new Scope(systemClock(), "service");
    const released: string[] = [];
    const note = (name: string) => () => void released.push(name);
    scope.defer("a", note("a"));
    const child = scope.child("lane");
    child.use("socket", { close: note("child") }, (socket) => socket.close());
    scope.defer("b", note("b"));
    const early = scope.child("early");
    early.defer("fails", fail("seen by its own closer only"));
    await expect(early.close()).rejects.toMatchObject({ facts: { scope: "service/early" } });
    await scope.close();
    expect(released).toEqual(["b", "child", "a"]);
  });

  it("releases at once what comes too late", async () => {
    const scope = new Scope(systemClock(), "run");
    const released: string[] = [];
    scope.defer("first", () => {
      scope.defer("while closing", fail("late"));
    });
    await expect(scope.close()).rejects.toMatchObject({ facts: { failures: [{ name: "while closing" }] } });
    scope.defer("after", () => void released.push("after"));
    expect(released).toEqual(["after"]);
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    scope.defer("after", fail("nobody waits"));
    await vi.waitFor(() => expect(warn).toHaveBeenCalledWith(expect.stringContaining("nobody waits")));
    warn.mockRestore();
  });

  it("use returns the resource", () => {
    const resource = { id: 1 };
    expect(new Scope(systemClock(), "s").use("r", resource, () => undefined)).toBe(resource);
  });
});
