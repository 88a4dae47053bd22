import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { MaestroError } from "../../src/base/errors.ts";
import { renderPrompt } from "../../src/workflow/index.ts";
import { anIssue, failureOf, LEAST, loadText, problemsOf, promptInput, put, temporaryFolder } from "./fixture.ts";

const YAML = LEAST.replace("triage", "chat");
const PROFILE = `---
kind: chat
version: 1
routes: { talking: { category: in_progress, action: dispatch }, over: { category: done, action: stop } }
completion: { routes: [over], delivers_change: false }
tools: [run_handoff, run_finalize]
---
Talk. {% render 'profile/manners' %}`;

function project(parts: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  put(folder, ".maestro/profiles/chat.md", PROFILE);
  for (const [name, text] of Object.entries(parts)) put(folder, `.maestro/profiles/chat/${name}`, text);
  return folder;
}

const MANNERS = { "manners.md": "\nBe kind to {{ issue.assignee_id }}.\n" };

async function rendered(directory: string, body: string): Promise<string> {
  const workflow = await loadText(YAML, { directory, body });
  return renderPrompt(workflow, promptInput()).split("\n\n## How this run ends")[0] ?? "";
}

describe("parts of a profile", () => {
  test("are rendered into the profile's prompt and into a file's, with the same variables", async () => {
    const folder = project(MANNERS);
    expect(await rendered(folder, "")).toBe("Talk. Be kind to ann.");
    expect(await rendered(folder, "First. {% render 'profile/manners' %}")).toBe("First. Be kind to ann.");
  });

  test("render each other, and take values", async () => {
    const parts = {
      ...MANNERS,
      "all.md": "{% render 'profile/manners' %} {% render 'profile/name', of: 'Bo' %}",
      "name.md": "I am {{ of }}.",
    };
    expect(await rendered(project(parts), "{% render 'profile/all' %}")).toBe("Be kind to ann. I am Bo.");
  });

  test("change the workflow's hash", async () => {
    const folder = project(MANNERS);
    const { hash } = await loadText(YAML, { directory: folder });
    expect((await loadText(YAML, { directory: folder })).hash).toBe(hash);
    put(folder, ".maestro/profiles/chat/manners.md", "Be brief.");
    expect((await loadText(YAML, { directory: folder })).hash).not.toBe(hash);
  });

  test("are the profile's own: a project's profile has none of the packaged one's", async () => {
    const folder = temporaryFolder();
    put(folder, ".maestro/profiles/triage.md", PROFILE.replace("kind: chat", "kind: triage"));
    const failure = await failureOf(loadText(LEAST, { directory: folder, body: "" }));
    expect(failure.message).toBe(
      '.maestro/profiles/triage.md:8:7 there is no part "profile/manners"; the profile has none',
    );
  });
});

describe("what is refused, and where", () => {
  const templates: [name: string, parts: Record<string, string>, body: string, message: string][] = [
    [
      "a part that there is not",
      {},
      "Hello\n{% if issue %}{% render 'profile/maners' %}{% endif %}",
      'WORKFLOW.md:7:15 there is no part "profile/maners"; known: profile/manners',
    ],
    [
      "a file",
      {},
      "{% include '/etc/passwd' %}",
      'WORKFLOW.md:6:1 there is no part "/etc/passwd"; known: profile/manners',
    ],
    [
      "a way out",
      {},
      "{% render 'profile/../../../WORKFLOW' %}",
      'WORKFLOW.md:6:1 there is no part "profile/../../../WORKFLOW"; known: profile/manners',
    ],
    [
      "a part that is no template",
      { "odd.md": "One\n{{ issue.title | shout }}" },
      "Hello",
      ".maestro/profiles/chat/odd.md:2:1 undefined filter: shout",
    ],
    [
      "a circle",
      { "a.md": "{% render 'profile/b' %}", "b.md": "\n {% render 'profile/a' %}" },
      "Hello",
      '.maestro/profiles/chat/a.md:1:1 the part "profile/b" comes back to this one without an end',
    ],
  ];
  test.each(templates)("%s", async (_, parts, body, message) => {
    const failure = await failureOf(loadText(YAML, { directory: project({ ...MANNERS, ...parts }), body }));
    expect(failure).toMatchObject({ code: "template_parse_error", message });
  });

  test("a nearly right name is guessed", async () => {
    const body = "{% render 'profile/maners' %}";
    expect((await failureOf(loadText(YAML, { directory: project(MANNERS), body }))).hint).toBe(
      'did you mean "profile/manners"?',
    );
  });

  const files: [name: string, file: string, text: string, problem: RegExp][] = [
    ["a name that no template can write", "A b.md", "x", /A b\.md must be named like/],
    ["front matter", "x.md", "---\na: 1\n---\nx", /^\.maestro\/profiles\/chat\/x\.md:2:1 a part has no front matter$/],
    ["a very long one", "x.md", "x".repeat(100_001), /x\.md is longer than 100000 characters/],
  ];
  test.each(files)("%s", async (_, file, text, problem) => {
    const found = await problemsOf(loadText(YAML, { directory: project({ ...MANNERS, [file]: text }) }));
    expect(found).toEqual([expect.stringMatching(problem)]);
  });

  test("a link out of the folder, and a folder", async () => {
    const folder = project(MANNERS);
    put(folder, "secret.md", "secret");
    symlinkSync(join(folder, "secret.md"), join(folder, ".maestro/profiles/chat/link.md"));
    mkdirSync(join(folder, ".maestro/profiles/chat/folder.md"));
    expect(await problemsOf(loadText(YAML, { directory: folder }))).toEqual([
      expect.stringContaining("folder.md must be a file of its own"),
      expect.stringContaining("link.md must be a file of its own"),
    ]);
  });

  test("too many", async () => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`p${at}.md`, "x"]));
    const [problem] = await problemsOf(loadText(YAML, { directory: project(many) }));
    expect(problem).toContain("a profile has at most 50 parts");
  });
});

describe("what fails while a prompt is made", () => {
  const cases: [name: string, parts: Record<string, string>, body: string, place: string, reason: string][] = [
    [
      "an unknown variable in a part",
      { "x.md": "One\n{{ nobody }}" },
      "{% render 'profile/x' %}",
      "x.md:2:4",
      "undefined variable: nobody",
    ],
    [
      "a circle of names that are made up",
      { "x.md": "{% assign f = 'profile/x' %}{% render f %}" },
      "{% render 'profile/x' %}",
      /* Where the stack ends is nobody's choice. */ "x.md:1:\\d+",
      "its parts render each other without an end",
    ],
  ];
  test.each(cases)("%s", async (_, parts, body, place, reason) => {
    const directory = project({ ...MANNERS, ...parts });
    const workflow = await loadText(YAML, { directory, body });
    expect(() => renderPrompt(workflow, promptInput())).toThrow(MaestroError);
    const folder = join(directory, ".maestro/profiles/chat");
    expect(() => renderPrompt(workflow, promptInput())).toThrow(
      new RegExp(`^${folder}/${place} the prompt cannot be rendered: ${reason}$`),
    );
  });
});

test("the packaged profiles are made of parts", async () => {
  const { profile } = await loadText(LEAST, { body: "{% render 'profile/issue' %}" });
  expect(Object.keys(profile.parts ?? {})).toEqual(["profile/caution", "profile/hand-off", "profile/issue"]);
  expect(await failureOf(loadText(LEAST, { body: "{% render 'profile/work' %}" }))).toMatchObject({
    code: "template_parse_error",
  });
});

test("nothing is appended in the profile symphony: its file says everything", async () => {
  const folder = temporaryFolder();
  put(
    folder,
    ".maestro/profiles/symphony.md",
    PROFILE.replace("kind: chat", "kind: symphony").replace(/Talk.*/, "Talk."),
  );
  const workflow = await loadText(LEAST.replace("triage", "symphony"), {
    directory: folder,
    body: "Do {{ issue.title }}.",
  });
  const input = promptInput({ issue: anIssue(), feedback: "The build is red." });
  expect(renderPrompt(workflow, input)).toBe("Do Make it so.");
});
