import type { Intent } from "./outbox.ts";

/** Topic of the comment that tells an issue what was handed off. */
export const HAND_OFF_TOPIC = "hand-off" as const;

/** Topic and revision of an outside write, when it is one of this kind; `null` for others. The lane's id and the topic hold no slash. */
export function outboxTopic(
  key: string,
  kind: Intent["kind"],
): { readonly topic: string; readonly revision: string } | null {
  const [, found, topic, ...revision] = key.split("/");
  return found === kind && topic !== undefined ? { topic, revision: revision.join("/") } : null;
}
