import { expect, test } from "vitest";
import type { Issue } from "../../../src/model/issue.ts";
import { fails, onAndOn, type Play } from "./actor.ts";
import { newStage, type Stage } from "./service.ts";

/** The first prompts of an issue's sessions. */
const prompts = (stage: Stage): (string | undefined)[] => stage.actor.scenes.map((scene) => scene.prompts[0]);

/** The prompt of an issue for a body. */
async function promptOf(body: string, issue: Partial<Issue> = {}): Promise<string | undefined> {
  const stage = await newStage({ body });
  stage.board.put("A-1", issue);
  stage.actor.play = onAndOn;
  await stage.start();
  await stage.until(() => stage.actor.scenes[0]?.prompts.length === 1);
  return prompts(stage)[0];
}

const FULL: Partial<Issue> = {
  title: "Paint",
  description: "All of it",
  priority: 2,
  branchName: "paint",
  url: "https://example.invalid/1",
  assigneeId: "ann",
  labels: ["bug", "ui"],
  blockedBy: [
    { id: "7", identifier: "A-7", state: "Done" },
    { id: null, identifier: "B-1", state: null },
  ],
  nativeRef: { number: 7, deep: { list: ["x", "y"] } },
  createdAt: Date.UTC(2026, 0, 2),
  updatedAt: Date.UTC(2026, 0, 3),
};

test("S-057, S-003 a prompt sees every field of its issue, the provider's own data, and the attempt", async () => {
  const names = [
    "id",
    "identifier",
    "title",
    "description",
    "priority",
    "state",
    "branch_name",
    "url",
    "assignee_id",
    "dispatchable",
    "created_at",
    "updated_at",
  ];
  const body = `${names.map((name) => `{{ issue.${name} }}`).join("|")}|{{ issue.native_ref.deep.list[1] }}|{{ attempt }}.`;
  expect(await promptOf(body, FULL)).toBe(
    "id of A-1|A-1|Paint|All of it|2|In Progress|paint|https://example.invalid/1|ann|true|" +
      "2026-01-02T00:00:00.000Z|2026-01-03T00:00:00.000Z|y|.",
  );
});

test("S-220 lists and maps of an issue can be walked through, and asked by their names", async () => {
  const body =
    "{% for label in issue.labels %}<{{ label }}>{% endfor %}{% for b in issue.blocked_by %}" +
    "[{{ b.identifier }}:{{ b.state | default: 'unknown' }}]{% endfor %}{{ issue['title'] }}";
  expect(await promptOf(body, FULL)).toBe("<bug><ui>[A-7:Done][B-1:unknown]Paint");
});

test("S-221 the attempt is absent in the first run and a number from 1 in every later one", async () => {
  const plays: Play[] = [fails(), fails(), onAndOn];
  const stage = await newStage({
    body: "{% if attempt %}again {{ attempt }}{% else %}first{% endif %} {{ run.number }}",
  });
  stage.board.put("A-1");
  stage.actor.play = (scene, turn) => (plays[stage.actor.scenes.length - 1] ?? onAndOn)(scene, turn);
  await stage.start();
  await stage.event("retry_scheduled");
  await stage.clock.jump(11_000);
  await stage.event("retry_scheduled", 2);
  await stage.clock.jump(21_000);
  await stage.until(() => stage.actor.scenes[2]?.prompts.length === 1);
  expect(prompts(stage)).toEqual(["first 1", "again 1 2", "again 2 3"]);
});

test("S-221, S-094 a session that goes on after a clean one has attempt 1", async () => {
  const front = { agent: { max_turns: 1 } };
  const stage = await newStage({ front, body: "{{ attempt | default: 'none' }} {{ retry_kind | default: 'none' }}" });
  stage.board.put("A-1");
  await stage.start();
  await stage.event("retry_scheduled");
  await stage.clock.jump(1_500);
  await stage.until(() => stage.actor.scenes[1]?.prompts.length === 1);
  expect(prompts(stage)).toEqual(["none none", "1 continuation"]);
});

test("S-222 a prompt that does not render fails its run before an agent is started, and the orchestrator decides what follows", async () => {
  const stage = await newStage({ body: "{{ issue.labels | join: }}{{ issue.unknown }}" });
  stage.board.put("A-1");
  await stage.start();
  await stage.event("retry_scheduled");
  expect(stage.actor.scenes).toEqual([]);
  expect(stage.all("retry_scheduled")).toMatchObject([{ kind: "failure", attempt: 1 }]);
});
