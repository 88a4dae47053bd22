import { createHmac, randomUUID } from "node:crypto";
import { isoOf } from "../shared/clock.ts";
import type { FakeServer } from "../shared/fake-server.ts";
import type { Json } from "../shared/json.ts";
import type { LinearData, LinearWebhook } from "./state.ts";
import { attachmentView, commentView, issueView, labelView, relationView, type Sight } from "./views.ts";

/** What happened to which entity. */
export interface Notice {
  readonly type: string;
  readonly action: string;
  readonly id: string;
  readonly updatedFrom?: Json;
}

/** Tells every subscriber of this kind of entity, signed. */
export function notify(server: FakeServer, sight: Sight, notice: Notice): void {
  for (const webhook of sight.data.webhooks) {
    if (webhook.enabled && webhook.resourceTypes.includes(notice.type)) post(server, sight, webhook, notice);
  }
}

function post(server: FakeServer, sight: Sight, webhook: LinearWebhook, notice: Notice): void {
  const { data, now, viewerId } = sight;
  const body = JSON.stringify({
    action: notice.action,
    type: notice.type,
    actor: { id: viewerId, type: "user", name: data.users.find(({ id }) => id === viewerId)?.name },
    createdAt: isoOf(now),
    data: plain(sight, notice),
    ...(notice.updatedFrom && { updatedFrom: notice.updatedFrom }),
    organizationId: data.organization.id,
    webhookTimestamp: now,
    webhookId: webhook.id,
  });
  const id = randomUUID();
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "linear-event": notice.type,
    "linear-delivery": id,
    "linear-timestamp": String(now),
    "linear-signature": createHmac("sha256", webhook.secret).update(body).digest("hex"),
  };
  server.webhooks.send({ url: webhook.url, event: notice.type, id, headers, body });
}

/** An entity without what needs a question: the values of its view, and the ids that it refers to. */
function plain(sight: Sight, { type, id }: Notice): Json {
  const found = viewsOf(sight, type).find((view) => view.id === id);
  return found ?? { id };
}

function viewsOf(sight: Sight, type: string): Json[] {
  const { data } = sight;
  const show = <T extends object>(list: readonly T[], view: (sight: Sight, one: T) => Json) =>
    list.map((one) => ({ ...view(sight, one), ...one }));
  const lists: Partial<Record<string, (data: LinearData) => Json[]>> = {
    Issue: ({ issues }) => show(issues, issueView),
    Comment: ({ comments }) => show(comments, commentView),
    Attachment: ({ attachments }) => show(attachments, attachmentView),
    IssueLabel: ({ labels }) => show(labels, labelView),
    IssueRelation: ({ relations }) => show(relations, relationView),
  };
  return lists[type]?.(data) ?? [];
}
