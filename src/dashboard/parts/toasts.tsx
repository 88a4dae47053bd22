import { createCell, useCell } from "../data/cell.ts";
import { ToneIcon } from "./icons.tsx";

/** An answer that is shown for a while. */
interface Toast {
  readonly id: number;
  readonly ok: boolean;
  readonly text: string;
}

/** How long an answer stays, milliseconds; a refusal is longer and wants to be read. */
const SHOWN_MS = { ok: 6_000, refused: 12_000 };

const shown = createCell<readonly Toast[]>([]);
let last = 0;

/** Shows an answer at the edge of the page and tells it to screen readers. */
export function tell(ok: boolean, text: string): void {
  last += 1;
  const toast = { id: last, ok, text };
  shown.set([...shown.value.slice(-2), toast]);
  setTimeout(() => dismiss(toast.id), ok ? SHOWN_MS.ok : SHOWN_MS.refused);
}

function dismiss(id: number): void {
  shown.set(shown.value.filter((toast) => toast.id !== id));
}

/** The answers that are shown now. Always in the page: a live region that comes with its text is not read out. */
export function Toasts() {
  const toasts = useCell(shown);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, ok, text }) => (
        <div key={id} class="toast">
          <ToneIcon tone={ok ? "done" : "failed"} />
          <p>{text}</p>
          <button type="button" class="plain-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
