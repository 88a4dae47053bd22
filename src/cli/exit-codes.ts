/** What the process ends with. Stable: scripts decide on it. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  /** The workflow file, its profile, or the environment that it names. */
  configuration: 3,
  notFound: 4,
  /** Somebody else has it, or it moved on. */
  conflict: 5,
  /** A tracker, forge, Git remote or agent. */
  remote: 6,
  /** The disk, or the record on it. */
  storage: 7,
  interrupted: 130,
} as const;

/** One of the codes above. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Codes of errors and what the process ends with. The first row that fits decides. */
const TABLE: readonly (readonly [RegExp, ExitCode])[] = [
  [/^aborted$/, EXIT.interrupted],
  [/^(usage|unknown_template|unknown_command|invalid_argument|body_missing|bad_source)$/, EXIT.usage],
  [/^(agent_not_found|program_missing)$/, EXIT.configuration],
  [
    /(^|_)(not_found|missing_lane)$|^(unknown_(issue|key|lane|state|plugin|skill|marketplace)|record_missing|transcript_missing)$/,
    EXIT.notFound,
  ],
  [/^(already_running|port_in_use|has_work|no_work|lock_timeout|stale_\w+|file_exists|merge_refused)$/, EXIT.conflict],
  [/^(lock_mismatch|plugin_tampered|consent_missing|name_reserved)$/, EXIT.conflict],
  [/^(plugin_not_locked|plugin_not_installed|no_catalogue|no_skills)$/, EXIT.notFound],
  [/^(plugin_invalid|skill_invalid|catalogue_invalid|kept_file_invalid|plugin_\w+)$/, EXIT.configuration],
  [/^(lane_closed|cleaning|not_in_review|no_change_open|cannot_review)$/, EXIT.conflict],
  [/_conflict$/, EXIT.conflict],
  [/_invalid_config$|_missing_secret$|^(invalid|missing|unsupported|workflow|template|profile)_/, EXIT.configuration],
  [
    /^(no_forge|duplicate_kind|path_unreadable|file_read_failed|front_matter_\w+|git_missing|git_no_\w+)$/,
    EXIT.configuration,
  ],
  [/^(disk_full|file_\w+|folder_failed|lock_unavailable|sqlite_unavailable)$|^(record|transcript)_/, EXIT.storage],
  [/^(tracker|forge|git|agent)_|^(deadline|fetch_failed)$/, EXIT.remote],
];

/** What the process ends with after an error with this code. */
export function exitCodeOf(code: string): ExitCode {
  return TABLE.find(([pattern]) => pattern.test(code))?.[1] ?? EXIT.failure;
}
