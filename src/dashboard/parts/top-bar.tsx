import type { StatusDocument } from "../../model/documents/status.ts";
import { useCell } from "../data/cell.ts";
import { useDesk } from "../data/desk-context.ts";
import { useResource } from "../data/resource.ts";
import { compact } from "../instant.ts";
import { costWords } from "../words.ts";
import { Mark, Sign } from "./icons.tsx";
import { Link } from "./navigation.tsx";

/** What is the same on every page: whose page it is, whether it lives, and the service's own switches. */
export function TopBar({ onHelp }: { onHelp: () => void }) {
  const desk = useDesk();
  const { data: status } = useResource(desk.status);
  const mode = status?.service.mode ?? "running";
  return (
    <header class="top-bar">
      <a class="skip-link" href="#main">
        Skip to content
      </a>
      <div class="top-bar-inner">
        <Link href="/" class="home-link" aria-label="Maestro, all issues">
          <Mark />
          <span class="product">Maestro</span>
        </Link>
        {status !== null && (
          <span class="project" title={status.workflow.path ?? ""}>
            {projectName(status)}
          </span>
        )}
        <ServicePill mode={mode} />
        <div class="top-bar-end">
          {status !== null && (
            <span class="totals" title="Tokens of all runs so far">
              {compact(status.codex_totals.total_tokens)} tokens{costWords(status)}
            </span>
          )}
          {status !== null && <Switches mode={mode} onHelp={onHelp} />}
        </div>
      </div>
    </header>
  );
}

type Mode = StatusDocument["service"]["mode"];

function Switches({ mode, onHelp }: { mode: Mode; onHelp: () => void }) {
  const desk = useDesk();
  return (
    <>
      <button
        type="button"
        class="icon-button"
        title="Look at the tracker now"
        aria-label="Look at the tracker now"
        onClick={() => void desk.command("refresh")}
      >
        <Sign name="refresh" />
      </button>
      <button type="button" class="button" onClick={() => void desk.command(mode === "running" ? "pause" : "resume")}>
        <Sign name={mode === "running" ? "pause" : "play"} />
        <span class="words">{mode === "running" ? "Pause" : "Resume"}</span>
      </button>
      <button
        type="button"
        class="icon-button"
        title="Keyboard shortcuts (?)"
        aria-label="Keyboard shortcuts"
        onClick={onHelp}
      >
        <Sign name="help" />
      </button>
    </>
  );
}

const MODES = { running: "Live", paused: "Paused", draining: "Draining" } as const;

const OTHER_STATES = { connecting: "Connecting", lost: "Offline", refused: "Signed out" } as const;

/** Whether the service works, and whether this page hears of it. */
function ServicePill({ mode }: { mode: Mode }) {
  const { state } = useCell(useDesk().connection);
  const words = state === "open" ? MODES[mode] : OTHER_STATES[state];
  return (
    <span class={`pill pill-${state === "open" ? mode : state}`}>
      <span class="pill-dot" aria-hidden="true" />
      {words}
    </span>
  );
}

/** The name of the project without the digits that keep two of one name apart. */
function projectName({ workflow }: StatusDocument): string {
  return workflow.id.replace(/-[0-9a-f]{8}$/, "");
}
