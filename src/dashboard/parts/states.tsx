import type { ApiProblem } from "../data/problem.ts";

/** Grey lines where a list will be. */
export function Skeleton({ rows }: { rows: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="hidden-words">Loading</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} class="skeleton-row" aria-hidden="true">
          <span />
          <span />
        </div>
      ))}
    </div>
  );
}

/** Why a part of the page has nothing to show, and a way on. */
export function Trouble({ problem, onRetry }: { problem: ApiProblem; onRetry: () => void }) {
  return (
    <div class="trouble" role="alert">
      <p>{problem.message}</p>
      {problem.hint !== null && <p class="quiet">{problem.hint}</p>}
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
