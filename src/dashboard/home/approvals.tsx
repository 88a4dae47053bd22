import { useState } from "preact/hooks";
import type { ApprovalRow } from "../../model/documents/approval.ts";
import { useDesk } from "../data/desk-context.ts";
import { relative } from "../instant.ts";
import { Words } from "../issue/words.tsx";
import { useNow } from "../parts/ago.tsx";
import { useKeptFocus } from "../parts/kept-focus.ts";
import { Link } from "../parts/navigation.tsx";
import { Plain } from "../parts/plain.tsx";
import { issuePath } from "../route.ts";
import { sentenceCase } from "../words.ts";

/** What waits for a person's yes, and what agents ask, each with its answer beside it. */
export function Approvals({ rows }: { rows: readonly ApprovalRow[] }) {
  return (
    <ul class="rows" aria-label="Requests">
      {rows.map((row) => (
        <li key={row.id} class="row request" aria-label={`Request ${row.id}`}>
          <Asked row={row} />
          <Answers row={row} />
        </li>
      ))}
    </ul>
  );
}

function Asked({ row }: { row: ApprovalRow }) {
  const { what, issue_identifier: issue, id, kind, options } = row;
  return (
    <div class="request-words">
      <p class="request-what">
        <Plain text={what} />
      </p>
      <p class="quiet">
        <Link href={issuePath(issue)}>{issue}</Link> · {id} · {sentenceCase(kind.replaceAll("_", " "))}
        <Expiry row={row} />
      </p>
      {options.length > 0 && <p class="quiet">Offered: {options.join(" · ")}</p>}
    </div>
  );
}

function Expiry({ row: { expires_at, on_expiry } }: { row: ApprovalRow }) {
  const now = useNow();
  if (expires_at === null) return null;
  const end = on_expiry === "approve" ? "approved" : "denied";
  return (
    <>
      {" "}
      · {end} by itself {relative(Date.parse(expires_at), now)}
    </>
  );
}

function Answers({ row: { id, kind, what } }: { row: ApprovalRow }) {
  const desk = useDesk();
  const [asking, setAsking] = useState<"yes" | "no" | null>(null);
  const [isSent, setSent] = useState(false);
  const isQuestion = kind === "question";
  const send = async (isYes: boolean, body: string): Promise<void> => {
    setSent(true);
    await desk.command(isYes ? "approve_request" : "deny_request", { request: id, body });
    setSent(false);
  };
  const approve = (): void => (isQuestion ? setAsking("yes") : void send(true, ""));
  const action = asking === "yes" ? "Answer" : "Deny";
  return (
    <div class="request-buttons" {...useKeptFocus()}>
      <button type="button" class="button" disabled={isSent} onClick={() => setAsking("no")}>
        {isQuestion ? "Say no" : "Deny"}
      </button>
      <button type="button" class="button button-primary" disabled={isSent} onClick={approve}>
        {isQuestion ? "Answer" : "Approve"}
      </button>
      {asking !== null && (
        <Words
          title={`${action} ${id}`}
          label={asking === "yes" ? what : "Why"}
          action={action}
          onSend={(body) => void send(asking === "yes", body)}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}
