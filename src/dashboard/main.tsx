import { render } from "preact";
import { App } from "./app.tsx";
import { client } from "./data/client.ts";
import { openDesk } from "./data/desk.ts";
import { DeskContext } from "./data/desk-context.ts";

await enter();
const desk = openDesk();
const root = document.querySelector("#page");
if (root !== null) {
  render(
    <DeskContext.Provider value={desk}>
      <App />
    </DeskContext.Provider>,
    root,
  );
}

/** Turns the token of a link into a session, and takes it out of the address: it must not end up in a bookmark or a picture. */
async function enter(): Promise<void> {
  const address = new URL(location.href);
  const token = address.searchParams.get("token");
  if (token === null) return;
  address.searchParams.delete("token");
  history.replaceState(null, "", `${address.pathname}${address.search}`);
  try {
    await client.openSession(token);
  } catch {
    // A link that was used before may have opened this very browser's session; if not, the page says so.
  }
}
