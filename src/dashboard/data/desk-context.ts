import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Desk } from "./desk.ts";

/** Where the parts of the page find the desk. */
export const DeskContext = createContext<Desk | null>(null);

/** Everything that the page knows and may ask for. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("This part of the page was made outside of it.");
  return desk;
}
