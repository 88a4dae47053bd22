/** A form that credentials of one kind have, whoever they belong to. */
interface KnownForm {
  /** Stands in the mask. */
  readonly name: string;
  /** Without groups. Begins with what no ordinary word begins with, so that a text is searched quickly. */
  readonly source: string;
}

/** Tokens that stand on their own. Sources: the documentation of their issuers, and what secret scanners agree on. */
const TOKENS: readonly KnownForm[] = [
  { name: "github_token", source: "gh[opsur]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}" },
  { name: "gitlab_token", source: "gl(?:pat|dt|rt|ptt|cbt|ft|soat|agent)-[\\w-]{20,}" },
  { name: "anthropic_key", source: "sk-ant-[\\w-]{20,}" },
  { name: "openai_key", source: "sk-(?:proj|svcacct|admin|or-v1|None)-[\\w-]{20,}|sk-[A-Za-z0-9]{32,}" },
  { name: "groq_key", source: "gsk_[A-Za-z0-9]{32,}" },
  { name: "xai_key", source: "xai-[A-Za-z0-9]{40,}" },
  { name: "aws_key_id", source: "(?:AKIA|ASIA)[A-Z0-9]{16}" },
  { name: "google_key", source: "AIza[\\w-]{35}|ya29\\.[\\w-]{20,}|GOCSPX-[\\w-]{20,}" },
  { name: "slack_token", source: "xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\\d-[A-Za-z0-9-]{10,}" },
  { name: "slack_webhook", source: "hooks\\.slack\\.com/(?:services|workflows)/[A-Za-z0-9/]{20,}" },
  { name: "linear_key", source: "lin_(?:api|oauth|wh)_[A-Za-z0-9]{16,}" },
  { name: "npm_token", source: "npm_[A-Za-z0-9]{36}" },
  { name: "pypi_token", source: "pypi-[\\w-]{50,}" },
  { name: "huggingface_token", source: "hf_[A-Za-z0-9]{30,}" },
  { name: "stripe_key", source: "[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{20,}" },
  { name: "sendgrid_key", source: "SG\\.[\\w-]{16,}\\.[\\w-]{16,}" },
  { name: "digitalocean_token", source: "do[opr]_v1_[a-f0-9]{64}" },
  { name: "docker_token", source: "dckr_(?:pat|oat)_[\\w-]{20,}" },
  { name: "grafana_token", source: "gl(?:sa|c)_[A-Za-z0-9+/=_]{20,}" },
  { name: "vault_token", source: "hv[bs]\\.[\\w-]{20,}" },
  { name: "databricks_token", source: "dapi[a-f0-9]{32}" },
  { name: "atlassian_token", source: "AT(?:ATT|CTT)3[\\w=-]{20,}" },
  { name: "shopify_token", source: "shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}" },
  { name: "sentry_token", source: "sntry[su]_[A-Za-z0-9+/=_-]{20,}" },
  { name: "notion_token", source: "ntn_[A-Za-z0-9]{40,}" },
  { name: "doppler_token", source: "dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9.]{20,}" },
  { name: "postman_key", source: "PMAK-[a-f0-9]{24}-[a-f0-9]{34}" },
  { name: "age_key", source: "AGE-SECRET-KEY-1[A-Z0-9]{50,}" },
  { name: "jwt", source: "eyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.[\\w-]{8,}" },
];

/** What is only known by its surroundings, which stay; `sign` is a text without which it is not looked for. */
const SURROUNDED: readonly (KnownForm & { readonly sign: string })[] = [
  {
    name: "private_key",
    sign: "PRIVATE KEY",
    source:
      "(?<=-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----)(?:[A-Za-z0-9+/=\\s:,-]|\\\\+[nr]){20,}?(?=-----END)",
  },
  { name: "url_password", sign: "://", source: "(?<=://[^\\s/:@\"'\\\\[]{0,100}:)[^\\s/@\"'\\\\[]{6,}(?=@)" },
  { name: "azure_key", sign: "AccountKey=", source: "(?<=AccountKey=)[A-Za-z0-9+/]{40,}={0,2}" },
  {
    name: "aws_secret",
    sign: "aws_secret_access_key",
    source: "(?<=aws_secret_access_key\\s{0,3}[=:]\\s{0,3}[\"']?)[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])",
  },
];

const TOKEN = new RegExp(
  `(?:(?<![A-Za-z0-9])|(?<=\\\\[nrtbf]))(?:${TOKENS.map(({ source }) => `(${source})`).join("|")})`,
  "g",
);

const CLUES = SURROUNDED.map(({ name, sign, source }) => ({ name, sign, pattern: new RegExp(source, "g") }));

/** Shortest text in which one of them can stand. */
const SHORTEST = 20;

/** A text without what has the form of a well-known credential. Keeps JSON JSON: no form takes a quote or half an escape. */
export function withoutKnownForms(text: string): string {
  if (text.length < SHORTEST) return text;
  let masked = text.replace(TOKEN, (_match, ...groups: unknown[]) => {
    const at = TOKENS.findIndex((_, index) => groups[index] !== undefined);
    return `[REDACTED:${TOKENS[at]?.name ?? "token"}]`;
  });
  for (const { name, pattern, sign } of CLUES) {
    if (masked.includes(sign)) masked = masked.replace(pattern, `[REDACTED:${name}]`);
  }
  return masked;
}
