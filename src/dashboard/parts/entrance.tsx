import { useDesk } from "../data/desk-context.ts";

/** What somebody sees whom the service does not know, and how they get in. */
export function Entrance() {
  const desk = useDesk();
  return (
    <main id="main" class="page" tabIndex={-1}>
      <section class="first-issue" role="alert">
        <h1>This page needs a link</h1>
        <p>
          The service prints one when it starts; it works once, for ten minutes. For another one, run{" "}
          <code>maestro open</code> in the project, with the same <code>--template</code> or file.
        </p>
        <button type="button" class="button" onClick={() => desk.reconnect()}>
          Try again
        </button>
      </section>
    </main>
  );
}
