import { useEffect } from "preact/hooks";
import { createCell } from "../data/cell.ts";

/** What the keys do, by `KeyboardEvent.key`. */
export type Keys = Readonly<Record<string, () => void>>;

const STORED = "maestro.shortcuts";

/** Whether single keys do something. Who speaks to the computer, or whose hand trembles, can switch them off. */
export const shortcuts = createCell(localStorage.getItem(STORED) !== "off");

/** Switches the single keys on or off, also for the next visit. */
export function setShortcuts(on: boolean): void {
  localStorage.setItem(STORED, on ? "on" : "off");
  shortcuts.set(on);
}

/** Listens while the caller is on the page. Not while somebody types or a dialog is open. */
export function useKeys(keys: Keys): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (!shortcuts.value || event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
      const act = keys[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, [keys]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** Moves the focus among the rows of the page's lists. */
export function moveFocus(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const { activeElement } = document;
  const at = activeElement instanceof HTMLElement ? rows.indexOf(activeElement) : -1;
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
