import { useMemo, useState } from "preact/hooks";
import type { LaneVerb } from "../../model/command.ts";
import type { LaneDocument } from "../../model/documents/lane.ts";
import { useDesk } from "../data/desk-context.ts";
import { Question, type QuestionProps } from "../parts/dialog.tsx";
import { useKeys } from "../parts/keyboard.ts";
import { useKeptFocus } from "../parts/kept-focus.ts";
import { Words, type WordsProps } from "./words.tsx";

/** In which order the buttons stand, and what they say. */
const BUTTONS: readonly (readonly [verb: LaneVerb, words: string])[] = [
  ["approve", "Approve"],
  ["request_changes", "Request changes"],
  ["answer", "Answer"],
  ["unpark", "Unpark"],
  ["resume_lane", "Resume"],
  ["land", "Land"],
  ["steer", "Tell the agent"],
  ["retry", "Retry now"],
  ["park", "Park"],
  ["pause_lane", "Pause"],
  ["stop_work", "Stop"],
  ["abandon", "Abandon"],
];
/** These ask first: they cannot be taken back, or they need words. */
const ASKS_FIRST: readonly LaneVerb[] = [
  "approve",
  "request_changes",
  "answer",
  "stop_work",
  "land",
  "steer",
  "abandon",
];

/** What a person may ask for on a lane, as buttons. The service says which there are. `hasKeys`: also as keys, in one place of a page. */
export function Actions({ lane, hasKeys = false }: { lane: LaneDocument; hasKeys?: boolean }) {
  const desk = useDesk();
  const [asking, setAsking] = useState<LaneVerb | null>(null);
  const [sent, setSent] = useState<LaneVerb | null>(null);
  const send = async (verb: LaneVerb, more: Readonly<Record<string, string>> = {}): Promise<void> => {
    setSent(verb);
    await desk.command(verb, { issue: lane.issue_identifier, ...more });
    await desk.issues.at(lane.issue_identifier).reload();
    setSent(null);
  };
  const begin = (verb: LaneVerb): void => (ASKS_FIRST.includes(verb) ? setAsking(verb) : void send(verb));
  const { verbs } = lane;
  const keys = useMemo(
    () => ({
      ...(hasKeys && verbs.includes("approve") ? { a: () => setAsking("approve") } : {}),
      ...(hasKeys && verbs.includes("request_changes") ? { r: () => setAsking("request_changes") } : {}),
    }),
    [verbs, hasKeys],
  );
  useKeys(keys);
  const shown = BUTTONS.filter(([verb]) => verbs.includes(verb));
  return (
    <div class="actions" {...useKeptFocus()}>
      {shown.map(([verb, words], index) => (
        <button
          key={verb}
          type="button"
          class={`button ${looksOf(verb, index)}`}
          aria-disabled={sent !== null}
          onClick={() => sent === null && begin(verb)}
        >
          {sent === verb ? `${words} …` : words}
        </button>
      ))}
      {asking !== null && (
        <Asked
          lane={lane}
          verb={asking}
          onSend={send}
          onClose={() => setAsking((now) => (now === asking ? null : now))}
        />
      )}
    </div>
  );
}

/** For those who look for them. */
const QUIET: readonly LaneVerb[] = ["retry", "park", "unpark", "pause_lane", "steer", "abandon"];

/** One button is what most people came for; the last ones are for those who look for them. */
function looksOf(verb: LaneVerb, index: number): string {
  if (index === 0 && (verb === "approve" || verb === "unpark" || verb === "answer" || verb === "resume_lane"))
    return "button-primary";
  return index > 0 && QUIET.includes(verb) ? "button-quiet" : "";
}

interface AskedProps {
  readonly lane: LaneDocument;
  readonly verb: LaneVerb;
  readonly onSend: (verb: LaneVerb, more?: Readonly<Record<string, string>>) => Promise<void>;
  readonly onClose: () => void;
}

/** What is asked for where a person has to say something. */
const WORDS: {
  readonly [verb in LaneVerb]?: (lane: LaneDocument) => Pick<WordsProps, "title" | "label" | "action">;
} = {
  request_changes: ({ issue_identifier: issue }) => ({
    title: `Request changes to ${issue}`,
    label: "What should be different? The agent reads exactly this.",
    action: "Request changes",
  }),
  steer: ({ issue_identifier: issue }) => ({
    title: `Tell the agent of ${issue}`,
    label: "The running session is told where it can be, else the next run.",
    action: "Tell the agent",
  }),
  answer: ({ issue_identifier: issue, reason }) => ({
    title: `Answer the agent of ${issue}`,
    label: reason.sentence,
    action: "Answer",
  }),
};

function Asked({ lane, verb, onSend, onClose }: AskedProps) {
  // The diff that is on the screen is what is approved; a newer head is refused by the service.
  const head = useDesk().diffs.at(lane.lane_id).known.data?.head_sha ?? lane.head_sha;
  const about = head === null ? {} : { head };
  const words = WORDS[verb];
  if (words !== undefined) {
    const { title, label, action } = words(lane);
    const send = (body: string): void => void onSend(verb, { ...about, body });
    return <Words title={title} label={label} action={action} onSend={send} onClose={onClose} />;
  }
  const { title, body, action, isDanger, more } = (QUESTIONS[verb] ?? stopQuestion)(lane, head);
  const yes = (): void => void onSend(verb, { ...about, ...more });
  return (
    <Question title={title} body={body} action={action} isDanger={isDanger === true} onYes={yes} onClose={onClose} />
  );
}

type Asking = Pick<QuestionProps, "title" | "body" | "action" | "isDanger"> & {
  /** What goes along with a yes. */
  readonly more?: Readonly<Record<string, string>>;
};

/** What is asked first where no words are needed. */
const QUESTIONS: { readonly [verb in LaneVerb]?: (lane: LaneDocument, head: string | null) => Asking } = {
  approve: (lane, head) => ({
    title: `Approve ${lane.issue_identifier}?`,
    body: <p>{changeAt(lane, head)} is merged once its checks allow it. A merge cannot be taken back here.</p>,
    action: "Approve",
  }),
  land: (lane, head) => ({
    title: `Land ${lane.issue_identifier}?`,
    body: (
      <p>{changeAt(lane, head)} is merged once everything but an approval is there. That cannot be taken back here.</p>
    ),
    action: "Land",
  }),
  abandon: ({ issue_identifier: issue }) => ({
    title: `Abandon ${issue}?`,
    body: <p>Its change is closed, its work is kept and put away, and the issue is called off.</p>,
    action: "Abandon",
    isDanger: true,
    more: { to: "canceled" },
  }),
};

function stopQuestion({ issue_identifier: issue }: LaneDocument): Asking {
  return {
    title: `Stop work on ${issue}?`,
    body: <p>Its agent is ended now. What it has committed stays in its branch; what it was doing is lost.</p>,
    action: "Stop the work",
    isDanger: true,
  };
}

function changeAt({ change_id: id }: LaneDocument, head: string | null) {
  return (
    <>
      {id === null ? "The change" : `Change ${id}`}
      {head !== null && (
        <>
          {" "}
          at <code>{head.slice(0, 10)}</code>
        </>
      )}
    </>
  );
}
