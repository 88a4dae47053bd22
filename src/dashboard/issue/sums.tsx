import type { DiffFile } from "./diff-text.ts";

/** Lines that came and went, in all. */
export function Sums({ files }: { files: readonly DiffFile[] }) {
  if (files.every((file) => file.isBinary)) return null;
  const added = files.reduce((sum, file) => sum + file.added, 0);
  const removed = files.reduce((sum, file) => sum + file.removed, 0);
  return (
    <span class="sums">
      <span class="sum-added">+{added}</span> <span class="sum-removed">−{removed}</span>
    </span>
  );
}
