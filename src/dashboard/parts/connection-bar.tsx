import { useDesk } from "../data/desk-context.ts";
import { useCell } from "../data/cell.ts";
import { useNow } from "./ago.tsx";
import { Sign } from "./icons.tsx";

/** Says when what is shown may be old, and what to do about it. Empty while all is well. */
export function ConnectionBar() {
  const desk = useDesk();
  const connection = useCell(desk.connection);
  const now = useNow();
  return (
    <div role="status" aria-live="polite">
      {connection.state === "refused" && (
        <div class="connection connection-refused">
          <Sign name="offline" />
          <p>
            <strong>This page’s session has ended.</strong> The service was started anew, or nobody was here for long.
            Run <code>maestro open</code> in the project and open the link that it prints. Below is the last that this
            page knew.
          </p>
          <button type="button" class="button" onClick={() => desk.reconnect()}>
            Try again
          </button>
        </div>
      )}
      {connection.state === "lost" && (
        <div class="connection">
          <Sign name="offline" />
          <p>
            <strong>The connection is lost.</strong> What is shown may be old.{" "}
            {/* The seconds would be read out one by one. */}
            <span aria-hidden="true">{nextTry(connection.retryAt, now)}</span>
          </p>
          <button type="button" class="button" onClick={() => desk.reconnect()}>
            Try now
          </button>
        </div>
      )}
    </div>
  );
}

function nextTry(retryAt: number, now: number): string {
  const seconds = Math.ceil((retryAt - now) / 1_000);
  return seconds <= 0 ? "Trying …" : `Next try in ${seconds} s.`;
}
