import type { CallOptions } from "../../contracts/outside.ts";
import type { HostRequest } from "./schema.ts";
import type { ForgeStore } from "./store.ts";

/** Carries one request out on a store. The value is what goes onto the wire: nothing and absence are `null`. */
export async function carryOut(store: ForgeStore, request: HostRequest, options: CallOptions): Promise<unknown> {
  return (await ask(store, request, options)) ?? null;
}

function ask(store: ForgeStore, request: HostRequest, options: CallOptions): ReturnType<ForgeStore[keyof ForgeStore]> {
  switch (request.verb) {
    case "branchHead":
      return store.branchHead(request.arguments.branch, options);
    case "ensureChange":
      return store.ensureChange(request.arguments, options);
    case "findChange":
      return store.findChange(request.arguments.branch, options);
    case "changesByIds":
      return store.changesByIds(request.arguments.ids, options);
    case "list":
      return store.list(request.arguments, options);
    case "diff":
      return store.diff(request.arguments.changeId, options);
    case "review":
      return store.review(request.arguments.changeId, request.arguments, options);
    case "comment":
      return store.comment(request.arguments.changeId, request.arguments.author, request.arguments.body, options);
    case "publishCheck":
      return store.publishCheck(request.arguments.changeId, request.arguments, options);
    case "merge":
      return store.merge(request.arguments.changeId, request.arguments.expectedHead, options);
    case "close":
      return store.close(request.arguments.changeId, options);
    case "deleteBranch":
      return store.deleteBranch(request.arguments.branch, request.arguments.expectedHead, options);
    case "health":
      return store.health(options);
  }
}

const READS: readonly HostRequest["verb"][] = ["branchHead", "findChange", "changesByIds", "list", "diff", "health"];

/** Whether a verb only reads. */
export function isRead(verb: HostRequest["verb"]): boolean {
  return READS.includes(verb);
}
