import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** What a dialog is called and holds. */
interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly className?: string;
}

/** A dialog over the page: the browser keeps the focus inside, closes it on Escape and gives the focus back. */
export function Dialog({ title, onClose, children, className = "" }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={element} class={`dialog ${className}`} aria-labelledby="dialog-title" onClose={onClose}>
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

/** What is asked before something that cannot be undone. */
export interface QuestionProps {
  readonly title: string;
  readonly body: ComponentChildren;
  /** What the button that does it says. */
  readonly action: string;
  readonly isDanger?: boolean;
  readonly onYes: () => void;
  readonly onClose: () => void;
}

/** Asks once more. */
export function Question({ title, body, action, isDanger = false, onYes, onClose }: QuestionProps) {
  const agree = (event: SubmitEvent): void => {
    event.preventDefault();
    onClose();
    onYes();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form method="dialog" onSubmit={agree}>
        <div class="dialog-body">{body}</div>
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={`button ${isDanger ? "button-danger" : "button-primary"}`}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
