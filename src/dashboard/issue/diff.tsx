import { useMemo, useState } from "preact/hooks";
import type { DiffDocument } from "../../model/documents/api.ts";
import type { LaneDocument } from "../../model/documents/lane.ts";
import { useDesk } from "../data/desk-context.ts";
import { useResource } from "../data/resource.ts";
import { Skeleton, Trouble } from "../parts/states.tsx";
import { countOf } from "../words.ts";
import { Actions } from "./actions.tsx";
import { type DiffFile, parseDiff } from "./diff-text.ts";
import { FileDiff } from "./file-diff.tsx";
import { Sums } from "./sums.tsx";

/** Files at first; the others come when somebody asks. */
const FILES = 40;

/** What the change of a lane does, file by file. */
export function Diff({ lane }: { lane: LaneDocument }) {
  const resource = useDesk().diffs.at(lane.lane_id);
  const { data, problem } = useResource(lane.change_id === null ? null : resource);
  if (lane.change_id === null) return <NoChange />;
  if (data !== null) return <Files lane={lane} document={data} />;
  if (problem === null) return <Skeleton rows={8} />;
  if (problem.code === "no_change") return <NoChange />;
  return <Trouble problem={problem} onRetry={() => void resource.reload()} />;
}

function NoChange() {
  return <p class="nothing">There is no change yet. Its diff appears here when the agent has handed its work over.</p>;
}

function Files({ lane, document }: { lane: LaneDocument; document: DiffDocument }) {
  const files = useMemo(() => parseDiff(document.diff), [document.diff]);
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? files : files.slice(0, FILES);
  return (
    <section aria-labelledby="diff-title" class="diff">
      <div class="part-head">
        <h2 id="diff-title">
          {countOf(files.length, "file")} changed <Sums files={files} />
        </h2>
        <span class="quiet">
          Change {document.change_id} at <code>{document.head_sha.slice(0, 10)}</code>
        </span>
      </div>
      {files.length === 0 && <p class="nothing">The change differs in nothing from its base.</p>}
      {files.length > 3 && <FileList files={files} onChoose={() => setWhole(true)} />}
      {shown.map((file, index) => (
        <FileDiff key={file.path} file={file} id={fileId(index)} />
      ))}
      {shown.length < files.length && (
        <button type="button" class="button more" onClick={() => setWhole(true)}>
          Show {countOf(files.length - shown.length, "more file")}
        </button>
      )}
      {document.truncated && <p class="notice">The diff is longer than 1 MiB; its end is left out here.</p>}
      {lane.verbs.includes("approve") && (
        <div class="review-bar">
          <p>Read to the end? Say what becomes of it.</p>
          <Actions lane={lane} />
        </div>
      )}
    </section>
  );
}

function FileList({ files, onChoose }: { files: readonly DiffFile[]; onChoose: () => void }) {
  return (
    <nav aria-label="Changed files" class="file-list">
      <ul>
        {files.map((file, index) => (
          <li key={file.path}>
            <a href={`#${fileId(index)}`} onClick={onChoose}>
              <code>{file.path}</code> <Sums files={[file]} />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function fileId(index: number): string {
  return `file-${index + 1}`;
}
