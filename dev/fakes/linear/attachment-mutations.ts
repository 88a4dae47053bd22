import type { Json } from "../shared/json.ts";
import { newId, remove, success, type Writing } from "./mutations.ts";
import { findIssue } from "./queries.ts";
import { refusal } from "./refusal.ts";
import { attachmentView } from "./views.ts";

interface AttachmentInput {
  issueId: string;
  url: string;
  title?: string | null;
  subtitle?: string | null;
  id?: string | null;
  metadata?: Json | null;
}

/** On one issue an attachment is known by its URL: a second with the same URL updates the first. */
export function attachmentMutations(writing: Writing) {
  const attach = (sourceType: string | null) => (input: AttachmentInput) =>
    ensureAttachment(writing, input, sourceType);
  const pull = attach("github");
  return {
    attachmentCreate: ({ input }: { input: AttachmentInput }) => attach(null)(input),
    attachmentLinkURL: attach("url"),
    attachmentLinkGitLabMR: attach("gitlab"),
    attachmentLinkGitHubPR: (input: AttachmentInput) => {
      const isPull = /^https?:\/\/[^/]+\/[^/]+\/[^/]+\/pull\/\d+/.test(input.url);
      if (!isPull) throw refusal("Invalid url", "The URL is not a GitHub pull request.");
      return pull(input);
    },
    attachmentDelete: ({ id }: { id: string }) => remove(writing, writing.sight.data.attachments, id, "Attachment"),
  };
}

function ensureAttachment(writing: Writing, input: AttachmentInput, sourceType: string | null): Json {
  const { sight, at } = writing;
  const { data } = sight;
  const issueId = findIssue(data, input.issueId).id;
  if (!URL.canParse(input.url)) throw refusal("Argument Validation Error", "url must be a URL.");
  const content = {
    title: input.title ?? input.url,
    subtitle: input.subtitle ?? null,
    metadata: input.metadata ?? {},
    updatedAt: at,
  };
  let attachment = data.attachments.find((known) => known.issueId === issueId && known.url === input.url);
  if (attachment === undefined) {
    const id = newId(data.attachments, input.id, "Attachment");
    attachment = { id, issueId, url: input.url, sourceType, createdAt: at, ...content };
    data.attachments.push(attachment);
    writing.changed("Attachment", "create", id);
  } else {
    Object.assign(attachment, content);
    writing.changed("Attachment", "update", attachment.id);
  }
  return success(data, "AttachmentPayload", { attachment: attachmentView(sight, attachment) });
}
