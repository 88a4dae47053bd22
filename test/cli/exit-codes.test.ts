import { describe, expect, it } from "vitest";
import { EXIT, exitCodeOf } from "../../src/cli/exit-codes.ts";

const CASES: Record<keyof typeof EXIT, string[]> = {
  ok: [],
  failure: ["internal", "http_failed", "spawn_failed", "process_probe_failed", "demo_failed", "some_later_code"],
  usage: ["usage", "unknown_template", "unknown_command", "body_missing"],
  configuration: [
    "invalid_workflow",
    "missing_workflow_file",
    "missing_secret",
    "workflow_parse_error",
    "workflow_front_matter_not_a_map",
    "template_parse_error",
    "front_matter_language",
    "unsupported_kind",
    "unsupported_verb",
    "tracker_invalid_config",
    "forge_missing_secret",
    "agent_invalid_config",
    "no_forge",
    "git_missing",
    "git_no_repository",
    "git_no_base",
    "path_unreadable",
    "agent_not_found",
    "program_missing",
    "unsupported_node",
    "file_read_failed",
  ],
  notFound: [
    "issue_not_found",
    "unknown_issue",
    "unknown_state",
    "unknown_lane",
    "tracker_not_found",
    "forge_not_found",
    "record_missing",
    "run_not_found",
    "page_not_found",
    "transcript_missing",
  ],
  conflict: [
    "no_work",
    "lane_closed",
    "not_in_review",
    "already_running",
    "port_in_use",
    "stale_fence",
    "has_work",
    "tracker_conflict",
    "forge_conflict",
    "merge_refused",
    "file_exists",
  ],
  remote: [
    "agent_startup_timeout",
    "agent_auth",
    "tracker_request",
    "tracker_auth",
    "forge_status",
    "forge_rate_limited",
    "git_unreachable",
    "deadline",
  ],
  storage: [
    "disk_full",
    "record_corrupt",
    "record_newer",
    "record_failed",
    "file_write_failed",
    "lock_unavailable",
    "folder_failed",
  ],
  interrupted: ["aborted"],
};

describe("exitCodeOf", () => {
  const rows = Object.entries(EXIT).flatMap(([name, exit]) =>
    Object.entries(CASES)
      .filter(([key]) => key === name)
      .flatMap(([, codes]) => codes.map((code) => ({ code, exit }))),
  );
  it.each(rows)("$code ends with $exit", ({ code, exit }) => expect(exitCodeOf(code)).toBe(exit));
});
