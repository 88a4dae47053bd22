import type { ToolCapability } from "../../../contracts/run-outside.ts";
import type { WorkContext } from "../../context.ts";

/** Whether this run's tracker, forge and repository can do what a tool needs. What an adapter does not declare, it cannot. */
export function offers(context: WorkContext, capability: ToolCapability): boolean {
  const { parts, workflow, assignment } = context;
  const tracker = parts.tracker();
  const { capabilities: can } = tracker;
  const forge = assignment.branch === null ? null : parts.forge();
  switch (capability) {
    case "issue":
      return true;
    case "issue.move":
      return can.move;
    case "issue.comment":
      return can.comment;
    case "issue.update":
      return can.label || can.update === true;
    case "issue.attach":
      return can.attach === true && tracker.attach !== undefined;
    case "issue.follow_up":
      return can.create && tracker.ensureFollowUp !== undefined;
    case "issue.relations":
      return can.relations === true && tracker.relations !== undefined;
    case "issue.linear_graphql":
      return tracker.kind === "linear" && tracker.rawGraphql !== undefined;
    case "repo":
      return assignment.branch !== null && parts.git(workflow) !== null;
    case "change":
      return forge !== null;
    case "change.threads":
      return forge?.reply !== undefined && (forge.capabilities.threads ?? "none") !== "none";
    case "change.reviewers":
      return forge?.capabilities.reviewers === true && forge.requestReviewers !== undefined;
    case "change.merge":
      return forge?.capabilities.merge === true;
  }
}
