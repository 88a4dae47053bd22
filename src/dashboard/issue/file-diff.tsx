import { useState } from "preact/hooks";
import type { DiffFile, DiffHunk, DiffLine } from "./diff-text.ts";
import { Sums } from "./sums.tsx";

/** Lines of a file at first; the rest comes when somebody asks. */
const LINES = 300;

const SIGNS = { added: "+", removed: "−", same: " ", note: "" } as const;

/** One file of a diff, which can be folded away. */
export function FileDiff({ file, id }: { file: DiffFile; id: string }) {
  const [isWhole, setWhole] = useState(false);
  const lines = file.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
  const isCut = !isWhole && lines > LINES;
  return (
    <details class="file" id={id} open>
      <summary>
        <code class="file-path">
          {file.from !== null && <>{file.from} → </>}
          {file.path}
        </code>
        {file.change !== "changed" && <span class="tag">{file.change}</span>}
        <Sums files={[file]} />
      </summary>
      {file.isBinary && <p class="nothing">A binary file; its content is not shown.</p>}
      {!file.isBinary && lines === 0 && <p class="nothing">Only its name or mode differs.</p>}
      {lines > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: code does not wrap, so it has to scroll by keyboard too
        <section class="code-scroll" aria-label={`Lines of ${file.path}`} tabIndex={0}>
          <table class="code-lines">
            <thead class="hidden-words">
              <tr>
                <th scope="col">Old line</th>
                <th scope="col">New line</th>
                <th scope="col">Sign</th>
                <th scope="col">Text</th>
              </tr>
            </thead>
            {(isCut ? cut(file.hunks, LINES) : file.hunks).map((hunk, index) => (
              <Hunk key={`${index}-${hunk.heading}`} hunk={hunk} isFirst={index === 0} />
            ))}
          </table>
        </section>
      )}
      {isCut && (
        <button type="button" class="button more" onClick={() => setWhole(true)}>
          Show all {lines.toLocaleString("en")} lines
        </button>
      )}
    </details>
  );
}

function Hunk({ hunk, isFirst }: { hunk: DiffHunk; isFirst: boolean }) {
  return (
    <tbody>
      {(!isFirst || hunk.heading !== "") && (
        <tr class="hunk-head">
          <td colSpan={3}>⋯</td>
          <td>{hunk.heading}</td>
        </tr>
      )}
      {hunk.lines.map((line, index) => (
        <Line key={index} line={line} />
      ))}
    </tbody>
  );
}

function Line({ line }: { line: DiffLine }) {
  return (
    <tr class={`line line-${line.kind}`}>
      <td class="line-number">{line.old}</td>
      <td class="line-number">{line.new}</td>
      <td class="line-sign">{SIGNS[line.kind]}</td>
      <td class="line-text">{line.text}</td>
    </tr>
  );
}

function cut(hunks: readonly DiffHunk[], most: number): DiffHunk[] {
  let left = most;
  return hunks.flatMap((hunk) => {
    const lines = hunk.lines.slice(0, Math.max(0, left));
    left -= lines.length;
    return lines.length === 0 ? [] : [{ ...hunk, lines }];
  });
}
