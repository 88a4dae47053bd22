/** What a process belongs to. */
export interface MarkerScope {
  readonly workflowId: string;
  readonly laneId: string;
  readonly run: number;
}

/**
 * The marker of a process that serves a run (`agent`, `hook`, `check` …), for `Runtime.spawn`: `maestro.<workflow>.<lane>.<run>.<role>`.
 */
export function processMarker(scope: MarkerScope, role: string): string {
  return `${markerPrefix(scope)}${plain(role)}`;
}

/**
 * What the markers of one run begin with, and no marker of any other: the parts cannot hold a dot, so lane `a` run 1 and lane
 * `a-1` run 1 stay apart.
 */
export function markerPrefix(scope: MarkerScope): string {
  return `maestro.${plain(scope.workflowId)}.${plain(scope.laneId)}.${scope.run}.`;
}

/** Only letters, digits, `_` and `-`; different texts stay different. */
function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9-]/g, (character) =>
    character === "_" ? "__" : `_x${character.charCodeAt(0).toString(16)}_`,
  );
}
