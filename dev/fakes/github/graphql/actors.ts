import type { Json } from "../../shared/json.ts";
import type { GithubData } from "../state.ts";
import { userNamed } from "../world.ts";

/** A user, bot or organization as its own type. A bot's login has no `[bot]` here. */
export function actorNode(data: GithubData, login: string): Json {
  const user = userNamed(data, login);
  const isBot = user.type === "Bot";
  const name = isBot ? user.login.replace("[bot]", "") : user.login;
  const url = `https://github.com/${isBot ? "apps/" : ""}${name}`;
  return { __typename: user.type, id: `U_${user.id}`, databaseId: user.id, login: name, url };
}

export function actorOrNull(data: GithubData, login: string | null): Json | null {
  return login === null ? null : actorNode(data, login);
}
