import type { StatusDocument } from "../model/documents/status.ts";

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 62%, transparent) }
* { box-sizing: border-box } body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1.5rem }
h1 { font-size: 1.4rem; margin: 0 } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem } p { margin: .25rem 0 1rem; color: var(--soft) }
.table { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .45rem .8rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
th { font-weight: 600; font-size: .85rem; color: var(--soft) } td:first-child { white-space: nowrap; font-weight: 600 }
.alert { border-left: 4px solid #c33; padding: .5rem .8rem; color: inherit }`;

/** What a person without a session is told. */
export const LOGIN_HINT =
  "Open the link that the service printed when it started, or have a new one printed with `maestro open` on its machine.";

/** A page with one sentence. */
export function renderNotice(title: string, sentence: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Maestro · ${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(sentence)}</p></main></body></html>`;
}

/** The status as a plain page: what runs, what waits and why, what ended. Works without a script; reloads itself every 5 seconds. */
export function renderPage(status: StatusDocument): string {
  const { counts, workflow, service } = status;
  const summary = `${counts.running} running · ${counts.retrying} retrying · ${counts.review} in review · ${counts.parked} parked · ${counts.closed} finished`;
  const running = status.running.map((row) => [
    row.issue_identifier,
    row.title,
    `${row.work} ${row.run}, ${row.phase.replaceAll("_", " ")}`,
    row.last_message ?? row.last_event ?? "",
  ]);
  const waiting = status.waiting.map((row) => [
    row.issue_identifier,
    row.title,
    row.stage.replaceAll("_", " "),
    row.reason.sentence,
  ]);
  const retrying = status.retrying.map((row) => [row.issue_identifier, row.kind, row.due_at, row.error ?? ""]);
  const recent = status.recent.map((row) => [row.issue_identifier, `run ${row.run}`, row.status, row.reason]);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5"><title>Maestro · ${escapeHtml(workflow.id)}</title><style>${STYLE}</style></head>
<body><main><h1>Maestro</h1><p>${escapeHtml(service.mode)} · ${escapeHtml(summary)}</p>
${workflow.problem === null ? "" : `<p class="alert" role="alert">${escapeHtml(workflow.problem)}</p>`}
${table("Running", ["Issue", "Title", "Work", "Last heard"], running, "Nothing runs.")}
${table("Waiting", ["Issue", "Title", "Stage", "Why"], waiting, "Nothing waits.")}
${table("Retrying", ["Issue", "Kind", "Due", "Error"], retrying, "No queued retries.")}
${table("Ended", ["Issue", "Run", "Status", "Why"], recent, "Nothing has ended yet.")}
</main></body></html>`;
}

function table(title: string, heads: readonly string[], rows: readonly (readonly string[])[], empty: string): string {
  const head = `<h2>${escapeHtml(title)}</h2>`;
  if (rows.length === 0) return `${head}<p>${escapeHtml(empty)}</p>`;
  const headings = heads.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`).join("\n");
  return `${head}<div class="table"><table><thead><tr>${headings}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** Text from trackers and agents is never markup. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
