import { useId, useState } from "preact/hooks";
import { Dialog } from "../parts/dialog.tsx";

/** What is asked for, and who is told. */
export interface WordsProps {
  readonly title: string;
  /** What the words are asked for. */
  readonly label: string;
  /** What the button says. */
  readonly action: string;
  readonly onSend: (body: string) => void;
  readonly onClose: () => void;
}

/** Asks for words that go to the agent as they are. */
export function Words({ title, label, action, onSend, onClose }: WordsProps) {
  const id = useId();
  const [body, setBody] = useState("");
  const isEmpty = body.trim() === "";
  const send = (event: Event): void => {
    event.preventDefault();
    if (isEmpty) return;
    onClose();
    onSend(body.trim());
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form method="dialog" onSubmit={send}>
        <label for={id} class="field-label">
          {label}
        </label>
        <textarea
          id={id}
          rows={5}
          required
          value={body}
          onInput={(event) => setBody(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) send(event);
          }}
        />
        <div class="dialog-buttons">
          <span class="quiet keys-hint">
            <kbd>Ctrl</kbd> <kbd>Enter</kbd> sends
          </span>
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button button-primary" disabled={isEmpty}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
