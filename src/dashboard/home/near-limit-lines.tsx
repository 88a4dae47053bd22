import type { NearLimitRow } from "../../model/documents/status.ts";

/** Limits of budgets of which little or nothing is left. */
export function NearLimitLines({ rows }: { rows: readonly NearLimitRow[] }) {
  return (
    <section class="outside-lines" aria-label="Budgets nearly used up">
      {rows.map(({ issue_identifier, scope, count, sentence }) => (
        <p key={`${issue_identifier} ${scope} ${count}`} class="outside-slowed">
          {issue_identifier !== null && `${issue_identifier}: `}
          {sentence}
        </p>
      ))}
    </section>
  );
}
