import type { ComponentChildren } from "preact";
import type { LaneDocument, LaneRow } from "../../model/documents/lane.ts";
import { Ago } from "../parts/ago.tsx";
import { Copied } from "../parts/copied.tsx";
import { countOf } from "../words.ts";

/** The facts about a lane, beside what is read. */
export function Properties({ lane, lanes }: { lane: LaneDocument; lanes: readonly LaneRow[] }) {
  const { counters } = lane;
  return (
    <aside class="properties" aria-label="Facts">
      <dl>
        <Fact name="State">{lane.state}</Fact>
        <Fact name="Priority">{lane.priority}</Fact>
        <Fact name="Labels">
          {lane.labels.length > 0 && lane.labels.map((label) => <span class="tag">{label}</span>)}
        </Fact>
        <Fact name="Change">{lane.change_id !== null && <ChangeName id={lane.change_id} url={lane.change_url} />}</Fact>
        <Fact name="Branch">{lane.branch !== null && <Copied text={lane.branch} />}</Fact>
        <Fact name="Head">
          {lane.head_sha !== null && <Copied text={lane.head_sha} shown={lane.head_sha.slice(0, 10)} />}
        </Fact>
        <Fact name="Merged as">
          {lane.merged_sha !== null && <Copied text={lane.merged_sha} shown={lane.merged_sha.slice(0, 10)} />}
        </Fact>
        <Fact name="Tokens">
          {lane.tokens.total_tokens.toLocaleString("en")}
          <span class="quiet">
            {" "}
            ({lane.tokens.input_tokens.toLocaleString("en")} in, {lane.tokens.output_tokens.toLocaleString("en")} out)
          </span>
        </Fact>
        <Fact name="Runs">{lane.runs}</Fact>
        <Fact name="Failures">{counters.failures > 0 && `${counters.failures} in a row`}</Fact>
        <Fact name="Interrupted">{counters.interruptions > 0 && countOf(counters.interruptions, "time")}</Fact>
        <Fact name="Next try">{lane.queued_retry !== null && <Ago at={lane.queued_retry.due_at} />}</Fact>
        <Fact name="Being sent">
          {lane.pending_writes.length > 0 && lane.pending_writes.map(({ key, kind }) => <div key={key}>{kind}</div>)}
        </Fact>
        <Fact name="Workspace">
          {lane.workspace_path !== null && <Copied text={lane.workspace_path} shown={endOf(lane.workspace_path)} />}
        </Fact>
        <Fact name="Profile">{lane.profile}</Fact>
        <Fact name="Machine">{lane.machine}</Fact>
        <Fact name="Taken on">
          <Ago at={lane.opened_at} />
        </Fact>
        <Fact name="Finished">{lane.closed_at !== null && <Ago at={lane.closed_at} />}</Fact>
        <Fact name="Lane">
          <Copied text={lane.lane_id} />
          {lanes.length > 1 && <span class="quiet"> ({lane.ordinal}. of this issue)</span>}
        </Fact>
      </dl>
    </aside>
  );
}

/** A fact with its name; nothing when there is nothing to say. */
function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  if (children === null || children === undefined || children === false) return null;
  return (
    <div class="property">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The end of a path tells more than its beginning. */
function endOf(path: string): string {
  return path.replace(/^.*\/(?=[^/]+\/[^/]+$)/, "…/");
}

/** Only an address of the web becomes a link: it comes from a forge. */
function ChangeName({ id, url }: { id: string; url: string | null }) {
  if (url === null || !/^https?:\/\//.test(url)) return <>{id}</>;
  return (
    <a href={url} rel="noreferrer" target="_blank">
      {id}
    </a>
  );
}
