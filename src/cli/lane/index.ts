import { type Command, Option } from "commander";
import { ABANDON_TARGETS } from "../../model/asked.ts";
import type { LaneVerb } from "../../model/command.ts";
import type { Cli } from "../cli.ts";
import { request } from "../request.ts";
import { targetOf, withTarget } from "../target.ts";
import { addLaneShow } from "./show.ts";

interface VerbOptions {
  readonly reason?: string;
  readonly head?: string;
  readonly to?: string;
  readonly json?: boolean;
}

interface Verb {
  readonly name: string;
  readonly verb: LaneVerb;
  readonly description: string;
  readonly withoutService?: string;
  /** Whether it keeps why it was asked for. */
  readonly hasReason?: true;
  /** Options of its own, which go with what is asked. */
  readonly options?: readonly Option[];
  /** Whether it says something: its second argument. */
  readonly hasText?: true;
}

const VERBS: readonly Verb[] = [
  {
    name: "stop",
    verb: "stop_work",
    description: "break off what runs on it now, and park it",
    withoutService: "No service runs, so nothing is under way.",
  },
  { name: "answer", verb: "answer", description: "answer what its agent asked; it goes on with that", hasText: true },
  { name: "retry", verb: "retry", description: "start it again at once instead of waiting" },
  {
    name: "pause",
    verb: "pause_lane",
    description: "hold it still: what runs goes on to its end, nothing new begins, and nothing else about it changes",
    hasReason: true,
  },
  { name: "resume", verb: "resume_lane", description: "let it go on after a pause, from where it stood" },
  {
    name: "steer",
    verb: "steer",
    description: "tell its agent something: the running session where it can be told, else the next run; says which",
    hasText: true,
  },
  {
    name: "land",
    verb: "land",
    description: "let the present head of its change land as soon as everything else that the gate asks is there",
    options: [new Option("--head <sha>", "only when the change still shows this head")],
  },
  {
    name: "abandon",
    verb: "abandon",
    description: "give it up: close its change, keep what exists nowhere else, remove its workspace, move its issue",
    hasReason: true,
    options: [
      new Option("--to <target>", "where its issue is left: where work on it starts, or called off")
        .choices(ABANDON_TARGETS)
        .default("canceled"),
    ],
  },
  { name: "park", verb: "park", description: "start it no more until somebody lets it go on", hasReason: true },
  { name: "unpark", verb: "unpark", description: "let it go on after it was parked" },
];

const EXAMPLES = `
Examples:
  maestro lane show SHOP-3
  maestro lane stop SHOP-3                      its run ends now, and it is parked
  maestro lane answer SHOP-3 "Take the second one."
  maestro lane pause SHOP-3                     what runs ends, nothing new begins
  maestro lane steer SHOP-3 "Use the existing table."
  maestro lane land SHOP-3                      its present head may land
  maestro lane abandon SHOP-3 --to start        its change is closed, its issue starts anew
  maestro lane park SHOP-3 --reason "The supplier has to answer first."
A change is approved with \`maestro change review <id> --approve\`.`;

/** `maestro lane`: one issue's lane, and what a person may ask for it. */
export function fillLane(group: Command, cli: Cli): void {
  group.addHelpText("after", EXAMPLES);
  addLaneShow(group, cli);
  for (const verb of VERBS) addVerb(group, cli, verb);
}

function addVerb(
  group: Command,
  cli: Cli,
  { name, verb, description, withoutService, hasReason, hasText, options = [] }: Verb,
): void {
  const command = withTarget(group.command(name))
    .description(description)
    .argument("<issue>", "identifier or id, e.g. SHOP-3");
  if (hasText) command.argument("<text>", "what you have to say");
  if (hasReason) command.option("--reason <text>", "why, for whoever asks later");
  for (const option of options) command.addOption(option);
  command.option("--json", "print a document");
  const said = hasText ? ' "Take the second one."' : "";
  command.addHelpText(
    "after",
    `\nExamples:\n  maestro lane ${name} SHOP-3${said}\n  maestro lane ${name} SHOP-3${said} --template local/local/mock --json`,
  );
  command.action(async (issue: string, given: unknown) => {
    const { reason, head, to, json = false } = command.optsWithGlobals<VerbOptions>();
    const body = typeof given === "string" ? given : reason;
    await request(cli, targetOf(command), {
      verb,
      issue,
      json,
      more: { ...(head === undefined ? {} : { head }), ...(to === undefined ? {} : { to }) },
      ...(body === undefined ? {} : { body }),
      ...(withoutService === undefined ? {} : { withoutService }),
    });
  });
}
