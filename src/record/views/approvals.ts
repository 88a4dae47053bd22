import { questionId } from "../../model/approval.ts";
import type { ApprovalRow } from "../../model/documents/approval.ts";
import type { Lane } from "../../model/lane.ts";
import { instant, issueFields } from "./fields.ts";

/** What people are asked on open lanes, oldest first. */
export function approvalRows(lanes: readonly Lane[]): readonly ApprovalRow[] {
  return lanes
    .flatMap((lane) => [...gateRows(lane), ...questionRows(lane)])
    .sort((a, b) => (a.asked_at < b.asked_at ? -1 : 1));
}

function gateRows(lane: Lane): ApprovalRow[] {
  return (lane.approvals ?? []).flatMap(({ id, gate, run, what, at, expiresAt, onExpiry, answer }) =>
    answer === null
      ? [
          {
            ...{ ...issueFields(lane.issue), id, kind: gate, lane_id: lane.id, run, what, options: [] },
            ...{ asked_at: instant(at), expires_at: instant(expiresAt), on_expiry: onExpiry },
          },
        ]
      : [],
  );
}

function questionRows({ id, issue, ordinal, parked }: Lane): ApprovalRow[] {
  if (parked?.question === undefined) return [];
  const { text, options, run } = parked.question;
  const name = questionId(issue.identifier, ordinal, run);
  return [
    {
      ...{ ...issueFields(issue), id: name, kind: "question", lane_id: id, run, what: text, options },
      ...{ asked_at: instant(parked.at), expires_at: null, on_expiry: null },
    },
  ];
}
