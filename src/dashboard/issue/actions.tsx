import { useMemo, useState } from "preact/hooks";
import type { LaneVerb } from "../../model/command.ts";
import type { LaneDocument } from "../../model/documents/lane.ts";
import { useDesk } from "../data/desk-context.ts";
import { Question } from "../parts/dialog.tsx";
import { useKeys } from "../parts/keyboard.ts";
import { useKeptFocus } from "../parts/kept-focus.ts";
import { Words, type WordsProps } from "./words.tsx";

/** In which order the buttons stand, and what they say. */
const BUTTONS: readonly (readonly [verb: LaneVerb, words: string])[] = [
  ["approve", "Approve"],
  ["request_changes", "Request changes"],
  ["answer", "Answer"],
  ["unpark", "Unpark"],
  ["retry", "Retry now"],
  ["park", "Park"],
  ["stop_work", "Stop"],
];
/** These ask first: they cannot be taken back, or they need words. */
const ASKS_FIRST: readonly LaneVerb[] = ["approve", "request_changes", "answer", "stop_work"];

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

/** One button is what most people came for; the last ones are for those who look for them. */
function looksOf(verb: LaneVerb, index: number): string {
  if (index === 0 && (verb === "approve" || verb === "unpark" || verb === "answer")) return "button-primary";
  return index > 0 && (verb === "retry" || verb === "park" || verb === "unpark") ? "button-quiet" : "";
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
  if (verb === "approve") {
    return (
      <Question
        title={`Approve ${lane.issue_identifier}?`}
        body={
          <p>
            {lane.change_id === null ? "The change" : `Change ${lane.change_id}`}
            {head !== null && (
              <>
                {" "}
                at <code>{head.slice(0, 10)}</code>
              </>
            )}{" "}
            is merged once its checks allow it. A merge cannot be taken back here.
          </p>
        }
        action="Approve"
        onYes={() => void onSend(verb, about)}
        onClose={onClose}
      />
    );
  }
  return (
    <Question
      title={`Stop work on ${lane.issue_identifier}?`}
      body={<p>Its agent is ended now. What it has committed stays in its branch; what it was doing is lost.</p>}
      action="Stop the work"
      isDanger
      onYes={() => void onSend(verb)}
      onClose={onClose}
    />
  );
}
