import { useEffect, useMemo, useState } from "preact/hooks";
import { useCell } from "./data/cell.ts";
import { useDesk } from "./data/desk-context.ts";
import { useResource } from "./data/resource.ts";
import { Home } from "./home/home.tsx";
import { IssuePage } from "./issue/issue-page.tsx";
import { ConnectionBar } from "./parts/connection-bar.tsx";
import { Entrance } from "./parts/entrance.tsx";
import { Help } from "./parts/help.tsx";
import { moveFocus, useKeys } from "./parts/keyboard.ts";
import { Link, navigate, useRoute } from "./parts/navigation.tsx";
import { Toasts } from "./parts/toasts.tsx";
import { TopBar } from "./parts/top-bar.tsx";
import type { Route } from "./route.ts";

/** The page: what is the same everywhere around what the address asks for. */
export function App() {
  const route = useRoute();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const keys = useMemo(
    () => ({
      "?": () => setHelpOpen(true),
      "/": focusSearch,
      j: () => moveFocus(1),
      k: () => moveFocus(-1),
      h: () => navigate("/"),
      u: () => navigate("/"),
    }),
    [],
  );
  useKeys(keys);
  useTitle(route);
  useFocusOnArrival(route);
  return (
    <>
      <TopBar onHelp={() => setHelpOpen(true)} />
      {useIsKnown() ? <Content route={route} /> : <Entrance />}
      <Toasts />
      {isHelpOpen && <Help onClose={() => setHelpOpen(false)} />}
    </>
  );
}

function Content({ route }: { route: Route }) {
  return (
    <>
      <ConnectionBar />
      <Problems />
      {route.page === "home" && <Home />}
      {route.page === "issue" && <IssuePage key={route.identifier} route={route} />}
      {route.page === "unknown" && <NotFound path={route.path} />}
    </>
  );
}

/** Whether the service let this page in, now or before: what came then stays readable. */
function useIsKnown(): boolean {
  const desk = useDesk();
  const { data } = useResource(desk.status);
  return useCell(desk.connection).state !== "refused" || data !== null;
}

/** What is wrong with the workflow file, on every page: nothing new starts as it says until it is mended. */
function Problems() {
  const { data: status } = useResource(useDesk().status);
  const { problem = null, warnings = [] } = status?.workflow ?? {};
  return (
    <>
      {problem !== null && (
        <div class="notice notice-bad" role="alert">
          <strong>The workflow file has a problem.</strong> <span class="wrap">{problem}</span>
        </div>
      )}
      {warnings.map((warning) => (
        <div key={warning} class="notice">
          {warning}
        </div>
      ))}
    </>
  );
}

function NotFound({ path }: { path: string }) {
  return (
    <main id="main" class="page" tabIndex={-1}>
      <section class="first-issue">
        <h1>Nothing is here</h1>
        <p>
          There is no page <code>{path}</code>.
        </p>
        <Link href="/" class="button">
          All issues
        </Link>
      </section>
    </main>
  );
}

/** The number of issues that need somebody stands in the tab, so that it is seen among many. */
function useTitle(route: Route): void {
  const { data: status } = useResource(useDesk().status);
  const needed = status?.waiting.filter((row) => row.needs_person).length ?? 0;
  const where = route.page === "issue" ? `${route.identifier} · Maestro` : "Maestro";
  useEffect(() => {
    document.title = needed > 0 ? `(${needed}) ${where}` : where;
  }, [needed, where]);
}

/** Whoever follows a link to another page begins at its start, also with a screen reader. */
function useFocusOnArrival(route: Route): void {
  const page = route.page === "issue" ? route.identifier : route.page;
  const [first] = useState(page);
  useEffect(() => {
    if (page !== first || history.length > 1) focusMain(page !== first);
  }, [page, first]);
}

function focusMain(isArrival: boolean): void {
  if (isArrival) document.querySelector<HTMLElement>("#main")?.focus({ preventScroll: true });
}

function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>("[data-search]");
  if (field === null) navigate("/");
  else field.focus();
}
