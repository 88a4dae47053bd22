import { useEffect, useRef } from "preact/hooks";

/** For a box whose buttons come and go: when the one that has the focus goes, the box takes it, so that nobody is sent back to the start. */
export function useKeptFocus() {
  const ref = useRef<HTMLDivElement>(null);
  const hadFocus = useRef(false);
  useEffect(() => {
    if (hadFocus.current && document.activeElement === document.body) ref.current?.focus();
  });
  return {
    ref,
    tabIndex: -1,
    onFocusIn: () => {
      hadFocus.current = true;
    },
    onFocusOut: ({ relatedTarget, target }: FocusEvent) => {
      // An element that is removed takes its focus nowhere; somebody who leaves goes elsewhere, or still sees it.
      if (relatedTarget !== null || (target instanceof Node && target.isConnected)) hadFocus.current = false;
    },
  };
}
