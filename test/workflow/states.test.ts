import { describe, expect, test } from "vitest";
import type { LifecycleDefaults } from "../../src/contracts/tracker.ts";
import { activeStates, isActive, isTerminal, routeOf, stateForRoute } from "../../src/model/workflow.ts";
import { loadText, problemsOf, testKinds } from "./fixture.ts";

const CODING = "repo: {provider: {kind: paper}}\nagent_provider: {kind: actor}\n";
const TRIAGE = "workflow: {profile: {kind: triage}}\nagent_provider: {kind: actor}\n";

function load(head: string, lifecycle: string, adapter: LifecycleDefaults | null = null) {
  return loadText(`${head}tracker:\n  kind: paper\n  lifecycle: ${lifecycle}`, { kinds: testKinds(adapter) });
}

async function states(head: string, lifecycle: string, adapter: LifecycleDefaults | null = null): Promise<string[]> {
  const { tracker } = await load(head, lifecycle, adapter);
  return tracker.states.map(({ name, route, category }) => `${name}: ${route} ${category}`);
}

const USUAL = [
  "Todo: planning todo",
  "In Progress: developing in_progress",
  "In Review: review review",
  "Merging: merging merging",
  "Rework: rework rework",
  "Done: resolved done",
  "Canceled: rejected canceled",
];

describe("S-045 what a tracker's states mean", () => {
  const mapped: [name: string, head: string, lifecycle: string, adapter: LifecycleDefaults | null, states: string[]][] =
    [
      ["the profile's own names", CODING, "{}", null, USUAL],
      [
        "route names where the profile has no other",
        TRIAGE,
        "{}",
        null,
        [
          "intake: intake todo",
          "classifying: classifying in_progress",
          "needs_info: needs_info review",
          "routed: routed done",
          "duplicate: duplicate canceled",
          "rejected: rejected canceled",
        ],
      ],
      [
        "Symphony's lists: what no route claims goes by its list",
        CODING,
        "{active_states: [Todo, In Progress, Doing], terminal_states: [Closed, Canceled, Done]}",
        null,
        [
          "Todo: planning todo",
          "In Progress: developing in_progress",
          "In Review: review review",
          "Done: resolved done",
          "Canceled: rejected canceled",
          "Doing: developing in_progress",
          "Closed: resolved done",
        ],
      ],
      [
        "lists with other names altogether",
        CODING,
        "{active_states: [open], terminal_states: [closed]}",
        null,
        ["In Review: review review", "open: developing in_progress", "closed: resolved done"],
      ],
      [
        "what is written comes first",
        CODING,
        "{raw_state_by_route_key: {planning: Ready, review: QA}}",
        null,
        ["Ready: planning todo", ...USUAL.slice(1, 2), "QA: review review", ...USUAL.slice(3)],
      ],
      [
        "one closed state for two ways to end",
        CODING,
        "{active_states: [Todo, In Progress], terminal_states: [closed], raw_state_by_route_key: {resolved: closed, rejected: closed}}",
        null,
        [...USUAL.slice(0, 3), "closed: resolved done", "closed: rejected canceled"],
      ],
      [
        "phases",
        CODING,
        "{state_phase_map: {Later: backlog, Doing: in_progress, QA: human_review, Odd: unknown, TODO: todo}}",
        null,
        [
          "TODO: planning todo",
          ...USUAL.slice(1),
          "Later: null backlog",
          "Doing: developing in_progress",
          "QA: review review",
        ],
      ],
      [
        "the adapter's defaults come last",
        CODING,
        "{}",
        { activeStates: ["Todo", "Triage"], terminalStates: ["Closed"] },
        [...USUAL, "Triage: developing in_progress", "Closed: resolved done"],
      ],
      [
        "a list replaces the adapter's",
        CODING,
        "{active_states: [Todo, In Progress]}",
        { activeStates: ["Triage"], terminalStates: ["Closed"] },
        [...USUAL.slice(0, 3), "Done: resolved done", "Canceled: rejected canceled", "Closed: resolved done"],
      ],
      [
        "a phase outweighs the profile's default",
        CODING,
        "{state_phase_map: {In Review: in_progress, QA: review}}",
        null,
        [...USUAL.slice(0, 2), ...USUAL.slice(3), "In Review: developing in_progress", "QA: review review"],
      ],
    ];
  test.each(mapped)("%s", async (_, head, lifecycle, adapter, expected) => {
    expect(await states(head, lifecycle, adapter)).toEqual(expected);
  });

  test("S-006 spelling is kept, comparing ignores case and blanks", async () => {
    const workflow = await load(CODING, "{active_states: [' todo ', IN PROGRESS]}");
    expect(activeStates(workflow)).toEqual(["todo", "IN PROGRESS"]);
    expect(isActive(workflow, "In Progress ")).toBe(true);
    expect(routeOf(workflow, "TODO")?.name).toBe("planning");
    expect(stateForRoute(workflow, "developing")).toBe("IN PROGRESS");
    expect(isTerminal(workflow, "done")).toBe(true);
    expect(isActive(workflow, "Rework")).toBe(false);
  });
});

// The caret stands before the place that the message names.
describe("what contradicts itself", () => {
  const contradictions: [name: string, lifecycle: string, problems: string[]][] = [
    [
      "G-16 a state that is active and terminal",
      "{active_states: [Todo, In Progress], terminal_states: [Done, ^todo]}",
      ['tracker.lifecycle.terminal_states.1: "todo" is listed as active and as terminal'],
    ],
    [
      "a phase against its list",
      "{active_states: [Todo, In Progress, ^QA], state_phase_map: {QA: review}}",
      ['tracker.lifecycle.active_states.2: "QA" is listed as active, but its phase is review'],
    ],
    [
      "an active phase that the list leaves out",
      "{active_states: [Todo, In Progress], state_phase_map: {Doing: ^in_progress}}",
      [
        'tracker.lifecycle.state_phase_map.Doing: the phase of "Doing" is in_progress, but active_states does not list it',
      ],
    ],
    [
      "a state that is a route by name, but given as something else",
      "{state_phase_map: {merging: ^done}}",
      ['tracker.lifecycle.state_phase_map.merging: "merging" is the route merging (merging), but is given as done'],
    ],
    [
      "a written state that its list leaves out",
      "{active_states: [In Progress], raw_state_by_route_key: {planning: ^Ready}}",
      [
        "tracker.lifecycle.raw_state_by_route_key.planning: the route planning is todo, but active_states does not list its state",
      ],
    ],
    [
      "a written state with another phase",
      "{state_phase_map: {Ready: in_progress}, raw_state_by_route_key: {planning: ^Ready}}",
      [
        "tracker.lifecycle.raw_state_by_route_key.planning: the route planning is todo, but its state is given as in_progress",
      ],
    ],
    [
      "one state for two routes of work",
      "{raw_state_by_route_key: {planning: open, developing: ^Open}}",
      ['tracker.lifecycle.raw_state_by_route_key.developing: "Open" already stands for the route planning'],
    ],
    [
      "an unknown route",
      "{raw_state_by_route_key: {reviw: ^QA}}",
      [
        'tracker.lifecycle.raw_state_by_route_key.reviw: "reviw" is no route of the profile; its routes: planning, developing, review, merging, rework, resolved, rejected (did you mean "review"?)',
      ],
    ],
    [
      "a route that issues are moved to without a state",
      "^{active_states: [Todo, In Progress], terminal_states: []}",
      [
        "tracker.lifecycle.raw_state_by_route_key: issues are moved to the route resolved, but no tracker state stands for it (set tracker.lifecycle.raw_state_by_route_key.resolved)",
      ],
    ],
    [
      "no state to start in",
      "{active_states: ^[]}",
      ["tracker.lifecycle.active_states: no tracker state lets an agent start"],
    ],
    [
      "an unknown phase",
      "{state_phase_map: {A: ^doing}}",
      [
        'tracker.lifecycle.state_phase_map.A: must be one of backlog, todo, in_progress, human_review, review, merging, rework, done, canceled, unknown; it is "doing"',
      ],
    ],
  ];
  test.each(contradictions)("%s", async (_, lifecycle, problems) => {
    const column = "  lifecycle: ".length + lifecycle.indexOf("^") + 1;
    const expected = problems.map((problem) => `WORKFLOW.md:6:${column} ${problem}`);
    expect(await problemsOf(load(CODING, lifecycle.replace("^", "")))).toEqual(expected);
  });
});
