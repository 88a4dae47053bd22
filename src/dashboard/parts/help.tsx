import { useCell } from "../data/cell.ts";
import { Dialog } from "./dialog.tsx";
import { setShortcuts, shortcuts } from "./keyboard.ts";

const EVERYWHERE: readonly (readonly [keys: string, what: string])[] = [
  ["j k", "Next, previous row"],
  ["Enter", "Open the row"],
  ["h", "All issues"],
  ["/", "Search finished issues"],
  ["?", "This help"],
];
const ISSUE: readonly (readonly [keys: string, what: string])[] = [
  ["1 – 6", "Timeline, diff, runs, transcript, evidence, prompt"],
  ["a", "Approve"],
  ["r", "Request changes"],
  ["u", "Back to all issues"],
];

/** Which keys do what. */
export function Help({ onClose }: { onClose: () => void }) {
  const isOn = useCell(shortcuts);
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} className="help">
      <Keys title="Everywhere" rows={EVERYWHERE} />
      <Keys title="On an issue" rows={ISSUE} />
      <form method="dialog" class="dialog-buttons">
        <label class="switch">
          <input type="checkbox" checked={isOn} onChange={(event) => setShortcuts(event.currentTarget.checked)} />
          Shortcuts on
        </label>
        <button type="submit" class="button">
          Close
        </button>
      </form>
    </Dialog>
  );
}

function Keys({ title, rows }: { title: string; rows: typeof EVERYWHERE }) {
  return (
    <>
      <h3>{title}</h3>
      <dl class="keys">
        {rows.map(([keys, what]) => (
          <div key={keys}>
            <dt>{keys.split(" ").map((key) => (key === "–" ? " – " : <kbd key={key}>{key}</kbd>))}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
