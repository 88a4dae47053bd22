import { type Static, Type } from "typebox";

const Text = Type.String({ pattern: "\\S" });
const Id = Type.Union([Text, Type.Integer({ minimum: 1 })]);

/** How a person chose to be known to GitHub: by one of the machine's own logins, or as an App. */
const Auth = Type.Union([
  Type.Object({ from: Type.Union([Type.Literal("environment"), Type.Literal("gh")]) }, { additionalProperties: false }),
  Type.Object({ app_id: Id, private_key: Text, installation_id: Id }, { additionalProperties: false }),
]);

/** The keys by which tracker and forge reach GitHub. `null` is what is not given. */
export const ACCESS_KEYS = {
  repository: Type.Optional(Type.Union([Type.String({ pattern: "^\\s*[\\w.-]+/[\\w.-]+\\s*$" }), Type.Null()])),
  api_base_url: Type.Optional(Type.Union([Type.String({ pattern: "^\\s*https?://[^\\s@]+$" }), Type.Null()])),
  web_base_url: Type.Optional(Type.Union([Type.String({ pattern: "^\\s*https?://[^\\s@]+$" }), Type.Null()])),
  token: Type.Optional(Text),
  auth: Type.Optional(Auth),
  webhook_secret: Type.Optional(Text),
};

/** What an adapter's options say about reaching GitHub, beside its own keys. */
export type GithubAccessOptions = Static<typeof GithubAccessOptions>;
export const GithubAccessOptions = Type.Object(ACCESS_KEYS);

/** The answer that gives an installation's token. */
export type InstallationToken = Static<typeof InstallationToken>;
export const InstallationToken = Type.Object({ token: Type.String(), expires_at: Type.String() });

/** The answer to every GraphQL document. */
export type GraphqlAnswer = Static<typeof GraphqlAnswer>;
export const GraphqlAnswer = Type.Object({
  data: Type.Optional(Type.Union([Type.Null(), Type.Record(Type.String(), Type.Unknown())])),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        type: Type.Optional(Type.String()),
        message: Type.Optional(Type.String()),
        path: Type.Optional(Type.Union([Type.Null(), Type.Array(Type.Union([Type.String(), Type.Number()]))])),
      }),
    ),
  ),
});

/** Who the credential is. */
export type ViewerAnswer = Static<typeof ViewerAnswer>;
export const ViewerAnswer = Type.Object({ viewer: Type.Object({ login: Type.String() }) });

/** The parts of a refusal that say why. */
export type Refusal = Static<typeof Refusal>;
export const Refusal = Type.Object({
  message: Type.Optional(Type.String()),
  errors: Type.Optional(
    Type.Array(
      Type.Union([
        Type.String(),
        Type.Object({
          field: Type.Optional(Type.String()),
          code: Type.Optional(Type.String()),
          message: Type.Optional(Type.String()),
        }),
      ]),
    ),
  ),
});

/** What a webhook may be about. */
export type DeliveredPayload = Static<typeof DeliveredPayload>;
export const DeliveredPayload = Type.Object({
  issue: Type.Optional(Type.Object({ number: Type.Integer() })),
  pull_request: Type.Optional(Type.Object({ number: Type.Integer() })),
  check_run: Type.Optional(
    Type.Object({ pull_requests: Type.Optional(Type.Array(Type.Object({ number: Type.Integer() }))) }),
  ),
  check_suite: Type.Optional(
    Type.Object({ pull_requests: Type.Optional(Type.Array(Type.Object({ number: Type.Integer() }))) }),
  ),
});
