import type { ComponentChildren } from "preact";
import type { LaneDocument, RunDocument } from "../../model/documents/lane.ts";
import type { RunSummary } from "../../model/run-summary.ts";
import { duration } from "../instant.ts";
import { Ago, Since } from "../parts/ago.tsx";
import { ToneIcon } from "../parts/icons.tsx";
import { Link } from "../parts/navigation.tsx";
import { Plain } from "../parts/plain.tsx";
import { issuePath } from "../route.ts";
import { countOf, phaseLabel, runTone, sentenceCase } from "../words.ts";

/** The sessions of a lane, newest first, each with what it cost and came to. */
export function Runs({ lane }: { lane: LaneDocument }) {
  return (
    <section aria-labelledby="runs-title">
      <div class="part-head">
        <h2 id="runs-title">Runs</h2>
      </div>
      {lane.run_rows.length === 0 && <p class="nothing">No run has begun yet.</p>}
      {lane.run_rows.map((run) => (
        <Run key={run.run} run={run} />
      ))}
    </section>
  );
}

function Run({ run }: { run: RunDocument }) {
  const { summary, reason } = run;
  const why = reason?.sentence ?? run.last_message;
  return (
    <article class="run" aria-label={`Run ${run.run}`}>
      <header class="run-head">
        <ToneIcon tone={runTone(run.status)} />
        <h3>
          Run {run.run} <span class="quiet">{sentenceCase(run.purpose)}</span>
        </h3>
        <span class={`label label-${runTone(run.status)}`}>{sentenceCase(run.status)}</span>
        <span class="run-when">
          <Ago at={run.ended_at ?? run.claimed_at} />
        </span>
      </header>
      {why !== null && (
        <p class="wrap">
          <Plain text={why} />
        </p>
      )}
      <dl class="figures">
        <Figure name="Time">
          {run.ended_at === null ? <Since since={run.started_at ?? run.claimed_at} /> : spanOf(run)}
        </Figure>
        <Figure name="Turns">{run.turns}</Figure>
        <Figure name="Tool calls">{run.tool_calls}</Figure>
        <Figure name="Tokens in">{run.tokens.input_tokens.toLocaleString("en")}</Figure>
        <Figure name="Tokens out">{run.tokens.output_tokens.toLocaleString("en")}</Figure>
        {run.status === "running" && <Figure name="Phase">{phaseLabel(run.phase)}</Figure>}
        {summary !== null && (
          <Figure name="Agent">{summary.model === null ? summary.agent : `${summary.agent} (${summary.model})`}</Figure>
        )}
      </dl>
      {summary !== null && <Summary summary={summary} />}
      <p class="run-links">
        <Link href={issuePath(run.issue_identifier, "transcript", run.run)}>Transcript</Link>
        <Link href={issuePath(run.issue_identifier, "prompt", run.run)}>Prompt</Link>
      </p>
    </article>
  );
}

function Summary({ summary }: { summary: RunSummary }) {
  const { tools, files, stderr } = summary;
  return (
    <>
      {tools.length > 0 && (
        <p class="chips">
          {tools.map(({ name, calls, failed }) => (
            <span key={name} class="tag">
              <code>{name}</code> ×{calls}
              {failed > 0 && <span class="bad"> {failed} failed</span>}
            </span>
          ))}
        </p>
      )}
      {files !== null && files.length > 0 && (
        <ul class="files">
          {files.map(({ path, added, removed }) => (
            <li key={path}>
              <code>{path}</code>{" "}
              <span class="sums">
                {added === null ? (
                  "binary"
                ) : (
                  <>
                    <span class="sum-added">+{added}</span> <span class="sum-removed">−{removed}</span>
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      {stderr.tail.length > 0 && (
        <details class="output">
          <summary>What it wrote on stderr ({countOf(stderr.lines, "line")})</summary>
          <pre>{stderr.tail.join("\n")}</pre>
        </details>
      )}
    </>
  );
}

function Figure({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function spanOf({ started_at: started, claimed_at: claimed, ended_at: ended }: RunDocument): string {
  return duration(Date.parse(ended ?? claimed) - Date.parse(started ?? claimed));
}
