import type { System, TapdData, TapdHook, TapdTransition, TapdWorkflow } from "./state.ts";

interface WorkflowSeed {
  readonly statuses: Record<string, string>;
  readonly first: string;
  readonly last: readonly string[];
  readonly transitions: readonly (Omit<TapdTransition, "requires"> & { requires?: readonly string[] })[];
  /** With any, the workflow is a parallel one. */
  readonly steps?: Record<string, string>;
  readonly jump?: TapdWorkflow["jump"];
}

/** What a test begins with. Stories, bugs and all else are made through the API. */
export interface TapdSeed {
  /** API accounts; without `workspaces` one sees all. */
  readonly accounts?: readonly { user: string; password: string; workspaces?: readonly string[] }[];
  /** Open applications, for `POST /tokens/request_token`. */
  readonly apps?: readonly { clientId: string; secret: string }[];
  /** Personal access tokens. */
  readonly tokens?: readonly { token: string; name: string }[];
  readonly workspaces?: readonly {
    /** Eight digits. */
    id: string;
    name?: string;
    /** Types of stories, each with its workflow. */
    types?: readonly { id: string; name: string; workflow?: WorkflowSeed }[];
    bugs?: WorkflowSeed;
    hooks?: readonly TapdHook[];
  }[];
}

/** The workflow that `tapd` templates are written for. */
const STORY_WORKFLOW: WorkflowSeed = {
  statuses: {
    status_4: "待规划",
    developing: "实现中",
    status_5: "评审中",
    merging: "合并中",
    rework: "返工",
    resolved: "已实现",
    rejected: "已拒绝",
  },
  first: "status_4",
  last: ["resolved", "rejected"],
  transitions: [
    { name: "开始", from: "status_4", to: "developing" },
    { name: "评审", from: "developing", to: "status_5" },
    { name: "返工", from: "status_5", to: "rework" },
    { name: "再次评审", from: "rework", to: "status_5" },
    { name: "合并", from: "status_5", to: "merging" },
    { name: "合并失败", from: "merging", to: "rework" },
    { name: "完成", from: "merging", to: "resolved" },
    ...["status_4", "developing", "status_5", "rework"].map((from) => ({ name: "拒绝", from, to: "rejected" })),
  ],
};

const BUG_WORKFLOW: WorkflowSeed = {
  statuses: { new: "新", in_progress: "接受/处理", resolved: "已解决", closed: "已关闭", reopened: "重新打开" },
  first: "new",
  last: ["closed"],
  transitions: [
    { name: "接受", from: "new", to: "in_progress" },
    { name: "解决", from: "in_progress", to: "resolved", requires: ["resolution"] },
    { name: "关闭", from: "resolved", to: "closed" },
    { name: "重新打开", from: "resolved", to: "reopened" },
    { name: "再次处理", from: "reopened", to: "in_progress" },
  ],
};

const DEFAULT_SEED = {
  accounts: [{ user: "maestro", password: "tapd-password" }],
  workspaces: [{ id: "20003271" }],
} satisfies TapdSeed;

export function createData(given: TapdSeed | undefined): TapdData {
  const seed: TapdSeed = given ?? DEFAULT_SEED;
  const data: TapdData = {
    accounts: (seed.accounts ?? []).map((one) => ({ ...one, workspaces: one.workspaces ? [...one.workspaces] : null })),
    apps: (seed.apps ?? []).map((one) => ({ ...one })),
    tokens: (seed.tokens ?? []).map((one) => ({ ...one, expiresAt: null })),
    ...{ workspaces: [], workflows: [], items: [], comments: [], timeRelations: [], links: [] },
    nextNumber: 1_000_001,
  };
  for (const workspace of seed.workspaces ?? []) addWorkspace(data, workspace);
  return data;
}

function addWorkspace(data: TapdData, workspace: NonNullable<TapdSeed["workspaces"]>[number]): void {
  const { id } = workspace;
  const types = workspace.types ?? [{ id: longId(id, 1), name: "需求" }];
  data.workspaces.push({
    id,
    name: workspace.name ?? `Workspace ${id}`,
    types: types.map((type) => ({ id: type.id, name: type.name })),
    hooks: (workspace.hooks ?? []).map((hook) => ({ ...hook })),
  });
  for (const type of types) {
    const workflow: WorkflowSeed = ("workflow" in type ? type.workflow : undefined) ?? STORY_WORKFLOW;
    data.workflows.push(workflowOf(id, "story", type.id, workflow));
  }
  data.workflows.push(workflowOf(id, "bug", "", workspace.bugs ?? BUG_WORKFLOW));
}

function workflowOf(workspaceId: string, system: System, typeId: string, seed: WorkflowSeed): TapdWorkflow {
  return {
    ...{ workspaceId, system, typeId, statuses: { ...seed.statuses }, first: seed.first, last: [...seed.last] },
    transitions: seed.transitions.map((one) => ({ ...one, requires: [...(one.requires ?? [])] })),
    steps: { ...seed.steps },
    jump: seed.jump ?? (system === "bug" ? "ignore" : "refuse"),
  };
}

/** 19 digits, more than a number holds: `11`, the workspace, a number of nine digits. */
export function longId(workspaceId: string, number: number): string {
  return `11${workspaceId}${String(number).padStart(9, "0")}`;
}
