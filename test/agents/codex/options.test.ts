import { describe, expect, it } from "vitest";
import { codexAgent } from "../../../src/agents/codex/index.ts";
import { approvalPolicyOf } from "../../../src/agents/codex/options.ts";
import {
  channelOf,
  dynamicTools,
  threadParameters,
  turnParameters,
} from "../../../src/agents/codex/thread-settings.ts";
import type { JsonObject } from "../../../src/base/json.ts";

const SESSION = {
  env: {
    PATH: "/bin",
    HOME: "/home/a",
    LANG: "C",
    OPENAI_API_KEY: "sk",
    MY_SERVICE: "x",
    GH_TOKEN: "t",
    MODEL_CRED: "c",
  },
  ...{ marker: "m", workspace: "/work" },
  tools: [{ name: "note", description: "Takes a note.", inputSchema: { type: "object" }, mutates: true }],
};
const SERVER = { url: "http://127.0.0.1:1/mcp", token: "secret" };

describe("options of Codex", () => {
  it("take what Symphony's files say, as it stands", () => {
    const options = {
      command: "codex --config model_reasoning_effort=xhigh --model gpt-5.5 app-server",
      approval_policy: "never",
      thread_sandbox: "workspace-write",
      turn_sandbox_policy: { type: "workspaceWrite", networkAccess: true },
    };
    expect(codexAgent.parseOptions(options)).toEqual(options);
  });

  it.each<[JsonObject, RegExp, readonly string[]]>([
    [{ comand: "codex" }, /comand is not a known key/, ["comand"]],
    [{ command: " " }, /must not be blank/, ["command"]],
    [{ command: [] }, /command/, ["command"]],
    [{ tools: "both" }, /tools/, ["tools"]],
    [{ model: 5 }, /model must be string/, ["model"]],
    [{ turn_sandbox_policy: "none" }, /must be object/, ["turn_sandbox_policy"]],
  ])("%j are refused with the place", (options, words, path) => {
    expect(() => codexAgent.parseOptions(options)).toThrow(
      expect.objectContaining({
        code: "agent_invalid_config",
        message: expect.stringMatching(words),
        facts: expect.objectContaining({ path }),
      }),
    );
  });

  it("say whether tools come from a server", async () => {
    expect((await codexAgent.open({})).capabilities.toolChannel).toBe("mcp");
    expect((await codexAgent.open({ tools: "dynamic" })).capabilities.toolChannel).toBe("session");
    expect(channelOf({}, { toolServer: SERVER })).toBe("mcp");
    expect(channelOf({ tools: "dynamic" }, { toolServer: SERVER })).toBe("dynamic");
    expect(channelOf({}, {})).toBe("dynamic");
  });

  it("turn Symphony's default approval policy into what Codex has today (G-8)", () => {
    const reject = { sandbox_approval: true, rules: true, mcp_elicitations: false };
    expect(approvalPolicyOf({ approval_policy: { reject } })).toEqual({
      granular: {
        sandbox_approval: false,
        rules: false,
        skill_approval: false,
        request_permissions: false,
        mcp_elicitations: true,
      },
    });
    expect(approvalPolicyOf({})).toBe("never");
    expect(approvalPolicyOf({ approval_policy: "untrusted" })).toBe("untrusted");
    const granular = { granular: { sandbox_approval: true } };
    expect(approvalPolicyOf({ approval_policy: granular })).toBe(granular);
  });
});

describe("a thread of Codex", () => {
  it("gets the tool server with its token in its own settings, over those of the file", () => {
    const config = { "mcp_servers.maestro.url": "http://elsewhere", "features.multi_agent": true };
    const parameters = threadParameters(
      { config, reasoning_effort: "high", model: "m" },
      { ...SESSION, toolServer: SERVER },
    );
    expect(parameters).toMatchObject({ cwd: "/work", approvalPolicy: "never", sandbox: "workspace-write", model: "m" });
    expect(parameters.config).toMatchObject({
      "mcp_servers.maestro.url": SERVER.url,
      "mcp_servers.maestro.http_headers": { Authorization: "Bearer secret" },
      "mcp_servers.maestro.required": true,
      "mcp_servers.maestro.default_tools_approval_mode": "approve",
      "features.multi_agent": true,
      "features.goals": false,
      allow_login_shell: false,
      model_reasoning_effort: "high",
      projects: { "/work": { trust_level: "untrusted" } },
    });
    expect(JSON.stringify(threadParameters({}, SESSION))).not.toContain("mcp_servers");
    expect(dynamicTools(SESSION)).toEqual({
      dynamicTools: [{ type: "function", name: "note", description: "Takes a note.", inputSchema: { type: "object" } }],
    });
    expect(dynamicTools({ ...SESSION, tools: [] })).toEqual({});
  });

  it("hands commands what the host gives, less what looks like a secret or is a model provider's key", () => {
    const config = { "model_providers.x": { env_key: "MODEL_CRED" } };
    const { config: settings } = threadParameters({ config }, SESSION);
    expect(settings).toMatchObject({
      "shell_environment_policy.inherit": "core",
      "shell_environment_policy.set": { LANG: "C", MY_SERVICE: "x", MAESTRO_PROCESS_MARKER: "m" },
    });
    expect(Object.keys(Object(Object(settings)["shell_environment_policy.set"]))).toEqual([
      "LANG",
      "MY_SERVICE",
      "MAESTRO_PROCESS_MARKER",
    ]);
  });

  it("may write its repository's metadata, and /tmp only when the run has no folder of its own", () => {
    const policy = { type: "workspaceWrite", networkAccess: false, excludeTmpdirEnvVar: false };
    expect(turnParameters({}, { ...SESSION, temporaryDirectory: "/t" }, true)).toEqual({
      sandboxPolicy: { ...policy, writableRoots: ["/work/.git"], excludeSlashTmp: true },
    });
    expect(turnParameters({}, SESSION, false)).toEqual({
      sandboxPolicy: { ...policy, writableRoots: [], excludeSlashTmp: false },
    });
    expect(turnParameters({ thread_sandbox: "read-only" }, SESSION, true)).toEqual({});
    const own = { type: "dangerFullAccess" };
    expect(turnParameters({ turn_sandbox_policy: own }, SESSION, true)).toEqual({ sandboxPolicy: own });
    // As Symphony's files have it: whoever names no roots of their own would not be able to commit.
    const symphony = { type: "workspaceWrite", networkAccess: true };
    const withRoots = (...writableRoots: string[]) => ({ ...symphony, writableRoots });
    const given = (turn_sandbox_policy: JsonObject, hasRepository: boolean) =>
      turnParameters({ turn_sandbox_policy }, SESSION, hasRepository).sandboxPolicy;
    expect(given(symphony, true)).toEqual(withRoots("/work/.git"));
    expect(given(symphony, false)).toEqual(symphony);
    expect(given(withRoots("/data"), true)).toEqual(withRoots("/data"));
  });
});
