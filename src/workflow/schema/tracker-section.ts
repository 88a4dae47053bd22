import { Type } from "typebox";
import { section, text, textOr, names, block } from "./words.ts";

const Lifecycle = section("What the tracker's states mean.", {
  active_states: Type.Optional(names("States in which an agent may work. They are then the only ones.")),
  terminal_states: Type.Optional(names("States that end an issue. They are then the only ones.")),
  state_phase_map: Type.Record(
    Type.String(),
    Type.Enum(
      ["backlog", "todo", "in_progress", "human_review", "review", "merging", "rework", "done", "canceled", "unknown"],
      { description: "`human_review` is `review`; `unknown` says nothing about the state." },
    ),
    { default: {}, description: "What a state means. Default: what the lists and the profile say." },
  ),
  raw_state_by_route_key: Type.Record(Type.String(), text("The tracker's state."), {
    default: {},
    description: "The tracker's state for a route of the profile. Default: the state of that name.",
  }),
});

const Tracker = section("Where the issues are.", {
  kind: text("The tracker's kind."),
  provider: block("The tracker's own options."),
  lifecycle: Lifecycle,
  required_labels: Type.Array(Type.String(), {
    default: [],
    description: "Labels that an issue must carry, all of them. A blank one matches no issue.",
  }),
  opt_out_label: textOr("maestro:manual-only", "An issue with this label is left to people."),
  needs_attention_label: textOr("maestro:needs-attention", "Set on issues that wait for a person."),
  claim: Type.Enum(["auto", "on", "off"], {
    default: "auto",
    description:
      "Whether an issue is claimed on the tracker before work on it begins, so that a Maestro on another machine stays away. `auto`: on trackers that others share (linear, github, tapd). Default auto.",
  }),
  claim_ttl_ms: Type.Integer({
    minimum: 5_000,
    default: 1_800_000,
    description:
      "How long a claim lasts, milliseconds; it is renewed at half of that. After a crash another Maestro waits so long. Default 1800000.",
  }),
});

/** Where the issues are. */
export const TRACKER_SECTION = { tracker: Tracker };
