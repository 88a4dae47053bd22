import { MaestroError } from "../../../base/errors.ts";
import type { RunOutside } from "../../../contracts/run-outside.ts";
import { believedComments, USUAL_TRUST } from "../../../model/trust.ts";
import { routeOf } from "../../../model/workflow.ts";
import { judgeIssueMove, moveTargets, reservedLabels } from "../../../policy/index.ts";
import { ask } from "../../ask.ts";
import type { WorkContext } from "../../context.ts";
import { askGate } from "./gates.ts";

/** Stands for the gate while nobody has asked it: the cheaper rules come first. */
const OPEN = { ok: true, code: "gate_open", sentence: "The gate was not asked." };

/** The leased issue, and nothing else of the tracker. `path` is the workspace, for the gate before review. */
export function issueDesk(context: WorkContext, path: string): RunOutside["issue"] {
  const { parts, workflow, assignment } = context;
  const { id, identifier } = assignment.issue;
  return {
    read: async ({ signal }) => {
      const found = await ask(context, signal, (inner) => parts.tracker().issuesByIds([id], { signal: inner }));
      const issue = found.find((one) => one.id === id);
      if (issue !== undefined) return issue;
      throw new MaestroError({ code: "tracker_not_found", message: `The tracker no longer shows ${identifier}.` });
    },
    comments: async ({ signal }) => {
      const said = await ask(context, signal, (inner) => parts.tracker().comments(id, null, { signal: inner }));
      return believedComments(workflow.trust ?? USUAL_TRUST, said);
    },
    relations: ({ signal }) =>
      ask(context, signal, async (inner) => (await parts.tracker().relations?.(id, { signal: inner })) ?? []),
    judgeMove: async (issue, to, { signal }) => {
      const isReview = routeOf(workflow, to)?.category === "review";
      const plain = judgeIssueMove({ workflow, issue, to, gate: OPEN });
      if (!plain.ok || !isReview) return plain;
      const gate = await askGate(context, "review", { path, issue }, signal);
      return judgeIssueMove({ workflow, issue, to, gate });
    },
    states: (issue) => moveTargets(workflow, issue),
    firstState: () => {
      const { states, optOutLabel } = workflow.tracker;
      const backlog = states.find(({ category }) => category === "backlog");
      if (backlog !== undefined) return { state: backlog.name, labels: [] };
      // Where everything that is made is work at once, people decide about what an agent makes.
      const todo = states.find(({ category }) => category === "todo") ?? states[0];
      return { state: todo?.name ?? assignment.issue.state, labels: [optOutLabel] };
    },
    reserved: (labels) => {
      const own = parts.tracker().isOwnLabel;
      return [...reservedLabels(workflow, labels), ...labels.filter((label) => own?.call(parts.tracker(), label))];
    },
    linearGraphql: async (document, variables, options) => {
      const tracker = parts.tracker();
      if (tracker.rawGraphql !== undefined) return tracker.rawGraphql(document, variables, options);
      throw new MaestroError({ code: "tracker_unsupported", message: "This tracker has no GraphQL to ask." });
    },
  };
}
