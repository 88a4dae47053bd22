import type { EvidenceRow, LaneDocument } from "../../model/documents/lane.ts";
import { Ago } from "../parts/ago.tsx";
import { ToneIcon } from "../parts/icons.tsx";
import { Plain } from "../parts/plain.tsx";
import { sentenceCase } from "../words.ts";

const WITNESSES: Readonly<Record<string, string>> = {
  host: "Maestro saw it",
  ci: "The CI says so",
  forge: "The forge says so",
  tracker: "The tracker says so",
  agent: "The agent claims it",
};

/** What is known for certain, who saw it, and of which commit it is true. */
export function Evidence({ lane }: { lane: LaneDocument }) {
  return (
    <section aria-labelledby="evidence-title">
      <div class="part-head">
        <h2 id="evidence-title">Evidence</h2>
      </div>
      {lane.evidence.length === 0 && <p class="nothing">Nothing has been established yet.</p>}
      <ul class="evidence">
        {lane.evidence.map((row) => (
          <Piece key={`${row.at} ${row.kind} ${row.sentence}`} row={row} head={lane.head_sha} />
        ))}
      </ul>
    </section>
  );
}

function Piece({ row, head }: { row: EvidenceRow; head: string | null }) {
  const isStale = row.headSha !== null && head !== null && row.headSha !== head;
  const facts = Object.keys(row.facts).length > 0;
  return (
    <li class={`piece${isStale ? " piece-stale" : ""}`}>
      <ToneIcon tone={row.ok ? "done" : "failed"} />
      <div class="piece-body">
        <p class="wrap">
          <strong>{sentenceCase(row.kind)}</strong> <Plain text={row.sentence} />
        </p>
        <p class="quiet">
          {WITNESSES[row.witness] ?? row.witness}
          {row.headSha !== null && (
            <>
              {" · of "}
              <code>{row.headSha.slice(0, 10)}</code>
              {isStale && ", not the present head"}
            </>
          )}
          {" · "}
          <Ago at={row.at} />
        </p>
        {facts && (
          <details class="output">
            <summary>Facts</summary>
            <pre>{JSON.stringify(row.facts, null, 2)}</pre>
          </details>
        )}
      </div>
    </li>
  );
}
