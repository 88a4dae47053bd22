export { unlessAbsent } from "./absence.ts";
export { GITHUB_SECRET_KEYS } from "./access.ts";
export type { GithubClient } from "./client.ts";
export { readGithubDelivery } from "./delivery.ts";
export { openGithub } from "./open.ts";
export { type GithubActor, loginOf, trustOf } from "./people.ts";
