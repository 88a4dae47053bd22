import { describe, expect, test } from "vitest";
import { type PromptInput, renderContinuation, renderPrompt, renderResumption } from "../../src/workflow/index.ts";
import { MaestroError } from "../../src/base/errors.ts";
import { anIssue, LEAST, loadText, promptInput, TOOLS } from "./fixture.ts";

/** What the template alone gives. */
async function rendered(body: string, changes: Partial<PromptInput> = {}): Promise<string> {
  const prompt = renderPrompt(await loadText(LEAST, { body }), promptInput(changes));
  return prompt.slice(0, prompt.indexOf("## How this run ends")).trim();
}

describe("S-057, S-220 what a template sees", () => {
  const cases: [template: string, text: string, changes?: Partial<PromptInput>][] = [
    ["{{ issue.identifier }}: {{ issue.title }}", "APP-7: Make it so"],
    ["{{ issue.id }} {{ issue.description }} {{ issue.priority }} {{ issue.state }}", "id-7 All of it. 2 Todo"],
    ["{{ issue.branch_name }} {{ issue.assignee_id }} {{ issue.url }}", "app-7 ann https://example.invalid/7"],
    ["{{ issue.created_at }} {{ issue.updated_at }}", "1970-01-01T00:00:00.000Z 2023-11-14T22:13:20.000Z"],
    ["{{ issue.dispatchable }} {{ issue.native_ref.number }}", "true 7"],
    ["{% for label in issue.labels %}[{{ label }}]{% endfor %}", "[bug][ui]"],
    ["{% for b in issue.blocked_by %}{{ b.identifier }} {{ b.state }} {{ b.id }}{% endfor %}", "APP-6 Done id-6"],
    ["{{ issue.description }}|{{ issue.url }}", "|", { issue: anIssue({ description: null, url: null }) }],
    ["{% if attempt %}again{% else %}first{% endif %}", "first"],
    ["{% if attempt %}again {{ attempt }}{% endif %}", "again 2", { attempt: 2 }],
    [
      "{{ retry_kind }} {{ run.number }} {{ run.purpose }}",
      "failure 3 retry",
      { retryKind: "failure", run: { number: 3, purpose: "retry" } },
    ],
    [
      "{{ lane.branch }} {{ lane.workspace }}",
      "maestro/app-7 /w",
      { lane: { branch: "maestro/app-7", workspace: "/w" } },
    ],
    ["{{ tools | map: 'name' | join: ' ' }}", "run_handoff run_finalize run_attention"],
    [
      "{{ workflow.profile.kind }} {{ workflow.profile.version }} {{ workflow.route.name }}",
      "triage 1 intake",
      { issue: anIssue({ state: "intake" }) },
    ],
    ["{{ workflow.route.name }}{{ repo.base_branch }}-", "-"],
    ["{{ issue.created_at | date: '%Y-%m-%d %H' }}", "1970-01-01 00"],
  ];
  test.each(cases)("%s", async (template, text, changes) => {
    expect(await rendered(template, changes)).toBe(text);
  });

  test("words of an issue are never a template", async () => {
    const title = "{{ issue.id }} {% include '/etc/passwd' %}";
    expect(await rendered("{{ issue.title }}", { issue: anIssue({ title }) })).toBe(title);
  });
});

describe("S-056, S-222 what fails", () => {
  const cases: [name: string, body: string, line: number, column: number, reason: string][] = [
    ["an unknown variable", "Hello\n{{ nobody }}", 7, 4, "undefined variable: nobody"],
    ["an unknown key of an issue", "\n\nHello\n{{ issue.titel }}", 9, 4, "undefined variable: issue.titel"],
    ["an unknown variable in a condition", "{% if issue.nope %}{% endif %}", 6, 7, "undefined variable: issue.nope"],
    ["a way to the prototype", "{{ issue.constructor }}", 6, 4, "undefined variable: issue.constructor"],
    [
      "an included file",
      "{% assign f = '/etc/passwd' %}{% include f %}",
      6,
      31,
      'ENOENT: Failed to lookup "/etc/passwd" in "."',
    ],
    [
      "a rendered file",
      "{% assign f = '../WORKFLOW.md' %}{% render f %}",
      6,
      34,
      'ENOENT: Failed to lookup "../WORKFLOW.md" in "."',
    ],
    [
      "a layout",
      "{% assign f = '/etc/passwd' %}{% layout f %}",
      6,
      31,
      'ENOENT: Failed to lookup "/etc/passwd" in "."',
    ],
    ["an endless range", "{% for i in (1..999999999) %}x{% endfor %}", 6, 1, "memory alloc limit exceeded"],
  ];
  test.each(cases)("%s", async (_, body, line, column, reason) => {
    const workflow = await loadText(LEAST, { body });
    let failure: unknown;
    try {
      renderPrompt(workflow, promptInput());
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(MaestroError);
    expect(failure).toMatchObject({
      code: "template_render_error",
      facts: { path: workflow.path, line, column },
      message: `${workflow.path}:${line}:${column} the prompt cannot be rendered: ${reason}`,
    });
  });
});

describe("what is added to every prompt", () => {
  test("how the run ends, with the routes of the profile", async () => {
    const prompt = renderPrompt(await loadText(LEAST), promptInput());
    expect(prompt.startsWith("Do Make it so.\n\n## How this run ends\n")).toBe(true);
    expect(prompt).toContain("call `run_handoff`");
    expect(prompt).toContain("`run_finalize` with path `hand_off`");
    expect(prompt).toContain("`run_finalize` with path `attention`");
    expect(prompt).toContain(
      "The route is `routed` unless you name another one: `needs_info`, `duplicate`, `rejected`.",
    );
    expect(prompt).not.toContain("## What has to change");
    expect(prompt).not.toContain("commits");
  });

  test("what review or CI asks for, in its own section", async () => {
    const prompt = renderPrompt(await loadText(LEAST), promptInput({ feedback: "The build is red.\n" }));
    expect(prompt).toContain("Do Make it so.\n\n## What has to change\n\nThe build is red.\n\n## How this run ends");
  });

  const deliveries: [strategy: string, sentence: string][] = [
    ["worktree", "Maestro commits them, checks them with `npm test`, `npm run lint` and proposes"],
    ["clone", "Maestro takes your commits, checks them with `npm test`, `npm run lint` and proposes"],
  ];
  test.each(deliveries)("who commits under the strategy %s", async (strategy, sentence) => {
    const yaml = LEAST.replace("triage", "coding_pr_delivery");
    const rest = `repo: {provider: {kind: paper}}\nworkspace: {strategy: ${strategy}}\nvalidation: {commands: [npm test, npm run lint]}`;
    expect(renderPrompt(await loadText(`${yaml}\n${rest}`), promptInput())).toContain(sentence);
  });

  test("no tools are named that the agent does not have", async () => {
    const workflow = await loadText(LEAST);
    expect(renderPrompt(workflow, promptInput({ tools: [] }))).not.toContain("run_");
    expect(renderPrompt(workflow, promptInput({ tools: TOOLS.slice(0, 2) }))).not.toContain("run_attention");
  });
});

test("a prompt has the variables that its profile declares, and no others", async () => {
  const file = LEAST.replace("triage", "requirement_analysis");
  const told = await loadText(file, { body: "{{ issue.title }} {{ run.number }}" });
  expect(renderPrompt(told, promptInput())).toContain("Make it so 1");
  const other = await loadText(file, { body: "{{ lane.branch }}" });
  expect(() => renderPrompt(other, promptInput())).toThrowError(
    expect.objectContaining({ code: "template_render_error" }),
  );
});

describe("S-093 a further turn", () => {
  test("gets only guidance", async () => {
    const workflow = await loadText(LEAST, { body: "The original prompt." });
    const text = renderContinuation(workflow, { turn: 2, maxTurns: 5 });
    expect(text).toContain("turn 2 of at most 5");
    expect(text).toContain("run_result");
    expect(text).not.toContain("The original prompt.");
    expect(text).not.toContain("last turn");
    expect(renderContinuation(workflow, { turn: 5, maxTurns: 5 })).toContain("This is the last turn");
  });
});

describe("the first prompt of a run whose session goes on", () => {
  const resumed = async (changes: Partial<PromptInput>, interrupted: string | null) =>
    renderResumption(await loadText(LEAST, { body: "The template." }), { ...promptInput(changes), interrupted });

  test("tells of the interruption, of the issue as it is now and of the end, not the template again", async () => {
    const prompt = await resumed({ run: { number: 4, purpose: "retry" } }, "The service ended while this ran.");
    expect(prompt).toContain("this is run 4.\nYour last turn was interrupted: The service ended while this ran.");
    expect(prompt).toContain("Look at the working tree again");
    expect(prompt).toContain("## The issue as it stands now\n\nMake it so (Todo)\n\nAll of it.");
    expect(prompt).toContain("## How this run ends");
    expect(prompt).not.toContain("The template.");
  });

  test("after an end of its own it has to say what has to change, if anything", async () => {
    const prompt = await resumed({ feedback: "The checks failed." }, null);
    expect(prompt).toContain("do not start over");
    expect(prompt).not.toContain("interrupted");
    expect(prompt).toContain("## What has to change\n\nThe checks failed.");
  });

  const answers: [name: string, text: string | null, told: string][] = [
    ["an answer", "Blue.", "## What came of your question\n\nYou asked:\n\nRed?\n\nann answers:\n\nBlue."],
    ["no answer", null, "Nobody answered it in words"],
  ];
  test.each(answers)("a question has its section: %s", async (_, text, told) => {
    expect(await resumed({ answer: { question: "Red?", text, author: "ann" } }, null)).toContain(told);
  });

  test("a new session is told what was done before", async () => {
    const prompt = renderPrompt(await loadText(LEAST, { body: "The template." }), promptInput({ earlier: "Run 1: x" }));
    expect(prompt).toMatch(/^The template\.\n\n## What was done before\n\nRun 1: x\n\n## How this run ends/);
  });
});
