import { Sign } from "./icons.tsx";
import { tell } from "./toasts.tsx";

/** A name that people take elsewhere: one press copies all of it. `shown`: a shorter form. */
export function Copied({ text, shown = text }: { text: string; shown?: string }) {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      tell(true, `Copied ${shown}`);
    } catch {
      // A page without HTTPS on another host has no clipboard.
      tell(false, "This browser does not let the page copy. Select the text instead.");
    }
  };
  return (
    <span class="copied">
      <code title={text}>{shown}</code>
      <button type="button" class="plain-button" aria-label={`Copy ${shown}`} onClick={() => void copy()}>
        <Sign name="copy" />
      </button>
    </span>
  );
}
