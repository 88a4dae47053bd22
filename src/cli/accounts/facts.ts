import { standingOf } from "../../governance/index.ts";
import type { Workflow } from "../../model/workflow.ts";
import type { AccountFacts } from "../../policy/index.ts";
import type { App } from "../app.ts";
import { using } from "../reading.ts";

/** How the accounts stand, for decisions beside a service. Throws `accounts_newer`, `accounts_failed`. */
export async function accountFacts(app: App, workflow: Workflow): Promise<Pick<AccountFacts, "accounts" | "pauses">> {
  const rest = workflow.accounts?.cooldownMs ?? 0;
  return using(await app.accounts("look"), async ({ book }) => ({
    accounts: standingOf(book, app.clock.now(), rest),
    pauses: book.pauses(),
  }));
}
