import { Type } from "typebox";
import type { JsonObject } from "../../base/json-value.ts";
import { FREE_KEYS, section, optionalText, textOr } from "./words.ts";

const RepoProvider = Type.Unsafe<JsonObject & { readonly kind: string }>({
  type: "object",
  properties: { kind: { type: "string", minLength: 1, description: "The forge's kind." } },
  required: ["kind"],
  default: {},
  description: "The forge; all other keys are its own options.",
});

const Commit = section("Commits of the host's own.", {
  name: textOr("Maestro", "Name of their author and committer."),
  email: textOr("maestro@localhost", "Address of their author and committer."),
  sign: Type.Enum(["none", "ssh", "gpg"], {
    default: "none",
    description: "How they are signed: `ssh` with a key file, `gpg` with a key of the user's key ring. Default none.",
  }),
  key: optionalText(
    "`ssh`: path of the private key, without a passphrase. `gpg`: id of the key. Default: for `gpg` the key of the address.",
  ),
});

const Ssh = Type.Optional(
  Type.Object(
    {
      auth: Type.Enum(["key", "agent"], {
        description: "`key`: with the file `key` and nothing else. `agent`: with the keys of the user's SSH agent.",
      }),
      key: optionalText("Path of the private key, without a passphrase."),
      known_hosts: optionalText("File of the host keys that are believed. Default `~/.ssh/known_hosts`."),
    },
    {
      additionalProperties: false,
      description:
        "How Git logs in to an SSH remote. Left out: not at all, because the keys of a user are used only on request.",
    },
  ),
);

const Repo = Type.Optional(
  Type.Object(
    {
      path: optionalText("The user's checkout or a bare repository; read, never worked in. Relative to this file."),
      base_branch: textOr("main", "The branch that changes are made against."),
      remote: optionalText("Where base and branches live: a URL or a path. Default: the forge's own, else `path`."),
      branch: section("How lane branches are named.", {
        work_prefix: textOr("maestro/", "What their names begin with."),
      }),
      commit: Commit,
      ssh: Ssh,
      provider: RepoProvider,
    },
    {
      additionalProperties: false,
      patternProperties: FREE_KEYS,
      description: "The repository that changes are made in. Left out: the work changes no code.",
    },
  ),
);

/** The repository that is worked on. */
export const REPO_SECTION = { repo: Repo };
