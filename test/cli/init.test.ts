import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put, temporaryFolder } from "../workflow/fixture.ts";
import { type Ended, type Props, stage } from "./stage.ts";

async function init(cwd: string, words: readonly string[] = [], props: Props = {}): Promise<Ended> {
  return (await stage({ cwd, ...props })).run("init", ...words);
}

function written(folder: string, name = "WORKFLOW.md"): string {
  return readFileSync(join(folder, name), "utf8");
}

describe("maestro init", () => {
  it("writes a file that fits the folder, says what it is and which command comes next", async () => {
    const folder = temporaryFolder();
    expect(await init(folder)).toEqual({
      code: 0,
      err: "",
      out: `Wrote WORKFLOW.md from the template local/no_repo/mock.triage.

PART     KIND     WHAT IT IS
profile  triage   an issue is read, classified and sent on
tracker  local    issues as Markdown files in this project
forge    no_repo  no repository, so no code is changed
agent    mock     an agent that only pretends, until a real one is set up

Next: maestro issue new <title>
`,
    });
    expect(written(folder)).toContain("kind: triage");
  });

  it("delivers changes inside a repository of Git, also from a folder in it", async () => {
    const folder = temporaryFolder();
    execFileSync("git", ["init", "--quiet", folder]);
    expect((await init(folder)).out).toContain("from the template local/local/mock.coding_pr_delivery.");
    put(folder, "team/README.md", "x");
    expect((await init(join(folder, "team"), ["--json"])).out).toContain('"local/local/mock.coding_pr_delivery"');
  });

  it("takes template and profile", async () => {
    const folder = temporaryFolder();
    const words = ["flows/OTHER.md", "--template", "memory/memory/mock", "--profile", "triage"];
    put(folder, "flows/keep", "x");
    expect((await init(folder, words)).out).toMatch(
      /^Wrote flows\/OTHER\.md from the template memory\/memory\/mock\.triage\.\n/,
    );
    expect(written(folder, "flows/OTHER.md")).toContain("state: classifying");
    const { out } = await init(folder, [...words, "--force"], { environment: { npm_command: "exec" } });
    expect(out).toContain("\nNext: npx maestro --dry-run --config flows/OTHER.md\n");
  });

  it("replaces nothing without --force", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "WORKFLOW.md"), "mine");
    expect(await init(folder)).toMatchObject({
      code: 5,
      out: "",
      err: "maestro: WORKFLOW.md is there already.\nhint: `maestro workflow validate` checks it; --force replaces it.\n",
    });
    expect(written(folder)).toBe("mine");
    expect((await init(folder, ["--force"])).code).toBe(0);
    expect(written(folder)).not.toBe("mine");
  });

  it("lists variables that are missing together, each with what it is for", async () => {
    const folder = temporaryFolder();
    put(
      folder,
      ".maestro/templates/tracker/board.md",
      "---\nabout: a board\nenvironment: { BOARD_KEY: reads and writes the issues, BOARD_NAME: the board to take issues from, SET: nothing }\nworkflow: { tracker: { kind: board } }\n---\n",
    );
    const environment = { SET: "1", BOARD_NAME: "" };
    const words = ["--template", "board/no_repo/mock"];
    expect((await init(folder, words, { environment })).out).toContain(`
These variables are not set yet:
NAME        WHAT FOR
BOARD_KEY   reads and writes the issues
BOARD_NAME  the board to take issues from

Next: maestro workflow validate
`);
    expect(JSON.parse((await init(folder, [...words, "--force", "--json"], { environment })).out)).toEqual({
      version: 1,
      path: join(folder, "WORKFLOW.md"),
      template: "board/no_repo/mock.triage",
      missing: [
        { name: "BOARD_KEY", purpose: "reads and writes the issues" },
        { name: "BOARD_NAME", purpose: "the board to take issues from" },
      ],
      next: "maestro workflow validate",
    });
  });

  const wrong: [name: string, words: string[], err: RegExp][] = [
    [
      "an unknown part",
      ["--template", "local/local/mokc"],
      /no agent is called "mokc"; known: .*mock.*\nhint: did you mean "local\/local\/mock"\?/,
    ],
    ["no alias", ["--template", "local"], /"local" is no template/],
    ["an unknown profile", ["--template", "local/local/mock", "--profile", "triag"], /no profile is called "triag"/],
    ["two profiles", ["--template", "local/local/mock.triage", "--profile", "chat"], /name two profiles/],
  ];
  it.each(wrong)("refuses %s as a wrong command line and writes nothing", async (_, words, err) => {
    const folder = temporaryFolder();
    expect(await init(folder, words)).toMatchObject({ code: 2, out: "", err: expect.stringMatching(err) });
    expect(existsSync(join(folder, "WORKFLOW.md"))).toBe(false);
  });

  it("loads no App", async () => {
    const self = await stage({ cwd: temporaryFolder() });
    await self.run("init");
    expect(self.loads).toBe(0);
  });
});

describe("--profile", () => {
  it("belongs to a template, for every command", async () => {
    const self = await stage();
    expect(await self.run("status", "--profile", "triage")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--profile needs --template."),
    });
    const seen: unknown[] = [];
    const asking = await stage({
      parts: {
        locate: async (target) => {
          seen.push(target);
          return Promise.reject(new Error("seen"));
        },
      },
    });
    await asking.run("status", "--template", "local/local/mock", "--profile", "triage");
    await asking.run("--template", "local/local/mock.triage", "--profile", "triage");
    expect(seen).toEqual([{ template: "local/local/mock.triage" }, { template: "local/local/mock.triage" }]);
  });
});
