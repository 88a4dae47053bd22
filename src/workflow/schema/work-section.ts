import { Type } from "typebox";
import type { JsonObject } from "../../base/json-value.ts";
import { section, optionalText, textOr, count, names, block } from "./words.ts";

const over = (description: string) => Type.Optional(Type.Unsafe<JsonObject>({ type: "object", description }));

const outcome = (what: string) => optionalText(`Route to which a card is moved whose change ${what}.`);

const yesGate = (what: string) => Type.Boolean({ default: true, description: `Whether ${what}. Default true.` });

const ChangeProposal = section("Moves cards by what their changes show, without a turn of an agent.", {
  enabled: Type.Boolean({ default: false, description: "Whether cards are moved so. Default false." }),
  candidates: section("Which cards.", {
    source_routes: names("Routes from which cards are moved.", { default: ["review"] }),
    max_processed_issues_per_cycle: Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 25,
      description: "Cards that one poll moves at most. Default 25.",
    }),
  }),
  gates: section("What has to hold before a card is moved to the route for `ready`.", {
    approval_required: yesGate("the change has to be approved"),
    passing_checks_required: yesGate("its required checks have to have passed"),
    mergeable_required: yesGate("the forge has to say that it merges cleanly"),
  }),
  outcome_routes: section("Where cards are moved. What is left out moves none.", {
    ready: outcome("may land"),
    changes_requested: outcome("a reviewer asks to change"),
    failed_checks: outcome("fails required checks or conflicts with its base"),
    already_merged: outcome("is merged"),
  }),
  thresholds: section("What counts.", {
    failed_checks_confirmation_count: count(2, "Looks in a row that have to show failed checks before they count."),
  }),
});

const Closeout = section("What an issue gets besides its move when its change has landed.", {
  add_labels: names("Labels that it gets. Default none.", { default: [] }),
  remove_labels: names("Labels that it loses. Default none.", { default: [] }),
  comment: optionalText("Words behind what Maestro says about the landing. Default none."),
});

const Workflow = section("What kind of work this is.", {
  closeout: Closeout,
  reconciliation: section("How cards are kept in step with their changes.", { change_proposal: ChangeProposal }),
  profile: section("The policy that the work follows.", {
    kind: textOr("coding_pr_delivery", "A packaged profile, or one of the project's `.maestro/profiles/`."),
    version: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: "The profile's version that this file was written for. Default: the newest.",
      }),
    ),
    options: block("The profile's own options."),
    routes: over(
      "What this file says otherwise about the profile's routes, by their names, e.g. `rework: { action: disabled }`.",
    ),
    completion: over("What this file says otherwise about the profile's `completion`."),
    tools: Type.Optional(names("The tools that runs get. Default: the profile's.")),
    gates: over("What this file says otherwise about the profile's `gates`."),
    budget: over("What this file says otherwise about the profile's `budget`."),
    stop: over("What this file says otherwise about the profile's `stop`."),
  }),
});

/** What kind of work is done. */
export const WORK_SECTION = { workflow: Workflow };
