import { useId, useState } from "preact/hooks";
import type { LaneDocument } from "../../model/documents/lane.ts";
import { Dialog } from "../parts/dialog.tsx";

interface ChangesQuestionProps {
  readonly lane: LaneDocument;
  readonly onSend: (body: string) => void;
  readonly onClose: () => void;
}

/** Asks what is to be changed. The words go to the agent as they are. */
export function ChangesQuestion({ lane, onSend, onClose }: ChangesQuestionProps) {
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
    <Dialog title={`Request changes to ${lane.issue_identifier}`} onClose={onClose}>
      <form method="dialog" onSubmit={send}>
        <label for={id} class="field-label">
          What should be different? The agent reads exactly this.
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
            Request changes
          </button>
        </div>
      </form>
    </Dialog>
  );
}
