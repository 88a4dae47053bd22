import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markerPrefix, processMarker } from "../../src/model/process-marker.ts";

const scopes = fc.record({ workflowId: fc.string(), laneId: fc.string(), run: fc.nat(20) });

describe("process markers", () => {
  it("read well", () => {
    expect(processMarker({ workflowId: "demo-1a2b", laneId: "demo-1-2", run: 3 }, "agent")).toBe(
      "maestro.demo-1a2b.demo-1-2.3.agent",
    );
  });

  it("hold only what a marker may hold, and begin with the prefix of their run", () => {
    fc.assert(
      fc.property(scopes, fc.string(), (scope, role) => {
        const marker = processMarker(scope, role);
        expect(marker).toMatch(/^[A-Za-z0-9._-]+$/);
        expect(marker.startsWith(markerPrefix(scope))).toBe(true);
      }),
    );
  });

  it("are never caught by the prefix of another run", () => {
    fc.assert(
      fc.property(scopes, scopes, fc.string(), (left, right, role) => {
        const isSame = left.workflowId === right.workflowId && left.laneId === right.laneId && left.run === right.run;
        expect(processMarker(left, role).startsWith(markerPrefix(right))).toBe(isSame);
      }),
    );
    const lane = (laneId: string, run: number) => ({ workflowId: "w", laneId, run });
    expect(processMarker(lane("a-1", 2), "agent").startsWith(markerPrefix(lane("a", 1)))).toBe(false);
    expect(processMarker(lane("a", 12), "agent").startsWith(markerPrefix(lane("a", 1)))).toBe(false);
  });
});
