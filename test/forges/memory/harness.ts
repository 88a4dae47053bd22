import type { ForgeHarness } from "../../../src/contracts/conformance/forge.ts";
import type { OutsideFault } from "../../../src/contracts/outside-faults.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { createMemoryForge } from "../../../src/forges/memory/index.ts";

const FAULTS = { refused: "fail", lost_request: "lose_request", lost_answer: "lose_answer", stale: "stale" } as const;

/** A memory forge as the conformance cases use it. */
export function memoryHarness(): ForgeHarness & { dispose(): Promise<void> } {
  const random = systemRandom();
  const planned: { readonly verb: string; readonly fault: OutsideFault }[] = [];
  let severed = false;
  const next = (verb: string): OutsideFault | undefined => {
    const at = planned.findIndex((plan) => plan.verb === verb);
    if (at === -1) return severed ? "fail" : undefined;
    return planned.splice(at, 1)[0]?.fault;
  };
  const outside = createMemoryForge({}, { clock: systemClock(), random }, { next });
  outside.receivePush("main", random.hex(20), null);
  const open = async () => outside.connect({ faults: { next } });
  return {
    base: "main",
    open,
    reopen: open,
    push: async (branch) => {
      const sha = random.hex(20);
      outside.receivePush(branch, sha, outside.branches.get(branch) ?? null);
      return sha;
    },
    makeConflict: async ({ id }) => outside.setMergeability(id, "conflict"),
    sever: async () => {
      severed = true;
    },
    failNext: async (verb, fault) => {
      planned.push({ verb, fault: FAULTS[fault] });
    },
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    dispose: async () => undefined,
  };
}
