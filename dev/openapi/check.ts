import type {
  CommandDocument,
  DiffDocument,
  GoodbyeDocument,
  HelloDocument,
  IssueDocument,
  IssueRow as IssueRowType,
  LinkDocument,
  ProblemDocument,
  PromptDocument,
  SessionDocument,
} from "../../src/model/documents/api.ts";
import type { ApprovalsDocument } from "../../src/model/documents/approval.ts";
import type { ChangeDocument } from "../../src/model/documents/change.ts";
import type { EventDocument, TranscriptLine as TranscriptLineType } from "../../src/model/documents/event.ts";
import type { IssueStateDocument } from "../../src/model/documents/issue.ts";
import type { LaneDocument, LaneRow as LaneRowType, RunDocument } from "../../src/model/documents/lane.ts";
import type { StatusDocument } from "../../src/model/documents/status.ts";
import type { UsageDocument } from "../../src/model/documents/usage.ts";
import type * as change from "./change.ts";
import type * as documents from "./documents.ts";
import type * as schemas from "./schemas.ts";
import type { Says } from "./shapes.ts";
import type * as usage from "./usage.ts";

/** The compiler holds every schema to the type that the product uses: a field that is added to one and not to the other does not compile. */
export const SCHEMAS_SAY_WHAT_TYPES_SAY: [
  Says<typeof documents.Status, StatusDocument>,
  Says<typeof documents.LaneRow, LaneRowType>,
  Says<typeof documents.Lane, LaneDocument>,
  Says<typeof documents.RunRow, RunDocument>,
  Says<typeof documents.IssueState, IssueStateDocument>,
  Says<typeof documents.Event, EventDocument>,
  Says<typeof documents.TranscriptLine, TranscriptLineType>,
  Says<typeof usage.Usage, UsageDocument>,
  Says<typeof documents.Approvals, ApprovalsDocument>,
  Says<typeof change.ChangeRow, ChangeDocument>,
  Says<typeof schemas.IssueRow, IssueRowType>,
  Says<typeof schemas.Issue, IssueDocument>,
  Says<typeof schemas.Diff, DiffDocument>,
  Says<typeof schemas.Prompt, PromptDocument>,
  Says<typeof schemas.Command, CommandDocument>,
  Says<typeof schemas.Session, SessionDocument>,
  Says<typeof schemas.Link, LinkDocument>,
  Says<typeof schemas.Hello, HelloDocument>,
  Says<typeof schemas.Goodbye, GoodbyeDocument>,
  Says<typeof schemas.Problem, ProblemDocument>,
] = [
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
];
