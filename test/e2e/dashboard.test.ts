import { createServer, connect, type Socket } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  DESKTOP,
  PATIENCE_MS,
  expectSound,
  findFaults,
  hasBrowser,
  openBrowser,
  openPage,
  PHONE,
  type Watched,
} from "./browser.ts";
import { newPlace } from "./ground.ts";
import { maestro, type Place, type Program, startMaestro } from "./program.ts";

const TEMPLATE = ["--template", "local/local/mock"];
const WISH = "Please name the limit.";

describe.skipIf(!hasBrowser)("the dashboard of the running demo", { timeout: 3 * PATIENCE_MS }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  const open = async (options: Parameters<typeof openPage>[1]): Promise<Watched> => {
    const watched = await openPage(browser, options);
    onTestFinished(() => watched.context.close());
    return watched;
  };

  test("three issues are seen at work; one is sent back, repaired, approved and merged; a reload shows the same", async () => {
    const watched = await open(DESKTOP);
    const { page } = watched;
    const { link } = await startDemo(await newPlace());
    await page.goto(link);
    await Promise.all(["SHOP-1", "SHOP-2", "SHOP-3"].map((name) => rowIn(page, "Running", name).waitFor()));
    expect(new URL(page.url()).search).toBe("");
    await rowIn(page, "Needs you", "SHOP-3").waitFor();
    await rowIn(page, "Finished", "SHOP-1").waitFor();
    await rowIn(page, "Finished", "SHOP-2").waitFor();
    await titled(page, "(1) Maestro");
    await expectSound(watched);

    await rowIn(page, "Needs you", "SHOP-3").click();
    await page.waitForURL("**/issues/SHOP-3/diff");
    await lineOf(page, "export function shipping(subtotal) {").waitFor();
    expect(await lineOf(page, "const FREE_FROM = 5000;").getByRole("cell").allInnerTexts()).toEqual([
      "",
      "2",
      "+",
      "const FREE_FROM = 5000;",
    ]);
    await expectSound(watched);

    await button(page, "Request changes").click();
    const dialog = page.getByRole("dialog", { name: "Request changes to SHOP-3" });
    await dialog.getByRole("textbox").fill(WISH);
    await expectSound(watched);
    await dialog.getByRole("button", { name: "Request changes" }).click();
    await page.getByRole("status").getByText("SHOP-3").waitFor();
    await lineOf(page, "export const FREE_FROM = 5000;").waitFor();
    await button(page, "Approve").waitFor();

    for (const part of ["Timeline", "Runs", "Transcript", "Evidence", "Prompt"]) {
      await partOf(page, part).click();
      await page.getByRole("heading", { level: 2, name: part }).waitFor();
      await expectSound(watched);
    }
    await page.getByText(WISH).first().waitFor();
    await partOf(page, "Transcript").click();
    await page.getByText("$ node --test").waitFor();
    await partOf(page, "Prompt").click();
    expect(await page.getByLabel("Run", { exact: true }).inputValue()).toBe("2");
    await page.getByLabel("Run", { exact: true }).selectOption({ label: "Run 1, first" });
    await page.waitForURL("**/issues/SHOP-3/prompt?run=1");
    await page.getByText("You work on one issue of this repository").waitFor();
    expect(await page.getByText(WISH).count()).toBe(0);

    await button(page, "Approve").click();
    await page.getByRole("dialog", { name: "Approve SHOP-3?" }).getByRole("button", { name: "Approve" }).click();
    await standing(page, "Finished").waitFor();
    await partOf(page, "Timeline").click();
    await page
      .getByText(/Change 3 was merged/)
      .first()
      .waitFor();
    await titled(page, "SHOP-3 · Maestro");

    await page.reload();
    await standing(page, "Finished").waitFor();
    await page.getByRole("link", { name: "All issues", exact: true }).click();
    await page.getByText("Nothing needs you.").waitFor();
    for (const name of ["SHOP-1", "SHOP-2", "SHOP-3"]) await rowIn(page, "Finished", name).waitFor();
    await expectSound(watched);
  });

  test("everything is reached, read and decided without a mouse", async () => {
    const watched = await open(DESKTOP);
    const { page } = watched;
    const { link, daemon } = await startDemo(await newPlace());
    await daemon.line(/SHOP-3 {2}waits for your review: /);
    await daemon.line(/SHOP-2 {2}finished: /);
    await daemon.line(/SHOP-1 {2}finished: /);
    await page.goto(link);
    await rowIn(page, "Needs you", "SHOP-3").waitFor();
    const press = (key: string): Promise<void> => page.keyboard.press(key);

    await press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await expectSound(watched);
    await press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    await press("/");
    await page.keyboard.type("amounts");
    await rowIn(page, "Finished", "SHOP-1").waitFor({ state: "detached" });
    await rowIn(page, "Finished", "SHOP-2").waitFor();
    expect(await focused(page)).toContain("Search finished issues");

    await press("Tab");
    expect(await focused(page)).toContain("SHOP-2");
    await press("k");
    expect(await focused(page)).toContain("SHOP-3");
    await press("Enter");
    await page.waitForURL("**/issues/SHOP-3/diff");
    await partOf(page, "Timeline").waitFor();
    await press("1");
    await page.getByRole("heading", { level: 2, name: "Timeline" }).waitFor();
    await press("r");
    await page.getByRole("dialog").getByRole("textbox").waitFor();
    await page.keyboard.type("Not now: jk1?");
    await press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await button(page, "Approve").waitFor();
    await press("a");
    await page.getByRole("dialog", { name: "Approve SHOP-3?" }).waitFor();
    await press("Tab");
    await press("Enter");
    await standing(page, "Finished").waitFor();
    expect(await page.evaluate("document.activeElement.closest('main') !== null")).toBe(true);
    await press("u");
    await rowIn(page, "Finished", "SHOP-3").waitFor();
    expect(watched.complaints).toEqual([]);
  });

  test("on a phone in the dark nothing is cut off, unlabelled or too faint", async () => {
    const watched = await open({ ...PHONE, colorScheme: "dark" });
    const { page } = watched;
    const { link } = await startDemo(await newPlace());
    await page.goto(link);
    await rowIn(page, "Running", "SHOP-3").waitFor();
    await expectSound(watched);
    await rowIn(page, "Needs you", "SHOP-3").waitFor();
    await rowIn(page, "Finished", "SHOP-2").waitFor();
    await expectSound(watched);
    await rowIn(page, "Needs you", "SHOP-3").tap();
    await lineOf(page, "export function shipping(subtotal) {").waitFor();
    await expectSound(watched);
    for (const part of ["Timeline", "Runs", "Transcript", "Evidence", "Prompt"]) {
      await partOf(page, part).tap();
      await page.getByRole("heading", { level: 2, name: part }).waitFor();
      await expectSound(watched);
    }
  });

  test("a lost connection is told, what is shown stays, and what was missed comes back", async () => {
    const watched = await open(DESKTOP);
    const { page } = watched;
    const place = await newPlace();
    const { link, daemon } = await startDemo(place);
    await daemon.line(/SHOP-3 {2}waits for your review: /);
    const line = await lineTo(Number(new URL(link).port));
    await page.goto(new URL("/", link).href.replace(/:\d+/, `:${line.port}`));
    await page.getByRole("heading", { name: "This page needs a link" }).waitFor();
    expect(await findFaults(page)).toEqual([]);
    await page.goto(link.replace(/:\d+/, `:${line.port}`));
    await rowIn(page, "Needs you", "SHOP-3").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    await rowIn(page, "Needs you", "SHOP-3").focus();

    await line.cut();
    await page.getByText("The connection is lost.").waitFor();
    expect(await rowIn(page, "Needs you", "SHOP-3").count()).toBe(1);
    expect(await focused(page)).toContain("SHOP-3");
    expect(await findFaults(page)).toEqual([]);
    expect(await maestro(place, "pause", ...TEMPLATE)).toMatchObject({ code: 0 });
    await line.mend();
    await page.getByText("Paused", { exact: true }).waitFor();
    expect(await page.getByText("The connection is lost.").count()).toBe(0);
    expect(await focused(page)).toContain("SHOP-3");

    // A new process knows no old session: the page says how to get in again, and keeps what it has until then.
    await daemon.end("SIGKILL");
    await page.getByText("The connection is lost.").waitFor();
    const again = await startDemo(place, new URL(link).port);
    await page.getByText("This page’s session has ended.").waitFor();
    expect(await rowIn(page, "Needs you", "SHOP-3").count()).toBe(1);
    expect(await findFaults(page)).toEqual([]);
    const other = await watched.context.newPage();
    await other.goto(again.link);
    await rowIn(other, "Needs you", "SHOP-3").waitFor();
    await button(page, "Try again").click();
    await page.getByText("Paused", { exact: true }).waitFor();
    await button(page, "Resume").click();
    await page.getByText("Live", { exact: true }).waitFor();
    await other.getByText("Live", { exact: true }).waitFor();
    // Nothing but what the browser itself says about a server that is away.
    expect(watched.complaints.filter((text) => !/^Failed to load resource/.test(text))).toEqual([]);
  });
});

async function startDemo(place: Place, port = "0"): Promise<{ readonly daemon: Program; readonly link: string }> {
  const daemon = startMaestro(place, ...TEMPLATE, "--port", port);
  return { daemon, link: (await daemon.line(/^ +page +(http:\S+)$/))[1] ?? "" };
}

/** A way to a port that can be cut and mended, as between a laptop that sleeps and its server. */
async function lineTo(target: number) {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const cut = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await listen(0);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  onTestFinished(cut);
  return { port, cut, mend: () => listen(port) };
}

function rowIn(page: Page, group: string, identifier: string) {
  return page.getByRole("region", { name: group }).getByRole("link", { name: identifier });
}

function lineOf(page: Page, text: string) {
  return page.getByRole("row").filter({ has: page.getByRole("cell", { name: text, exact: true }) });
}

function button(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true }).first();
}

/** The words at the head of an issue's page that say where it stands. */
function standing(page: Page, words: string) {
  return page.getByRole("paragraph").filter({ hasText: new RegExp(`^${words}$`) });
}

function titled(page: Page, title: string): Promise<void> {
  return expect.poll(() => page.title(), { timeout: PATIENCE_MS }).toBe(title);
}

function partOf(page: Page, name: string) {
  return page.getByRole("navigation", { name: "Parts of this issue" }).getByRole("link", { name });
}

/** What has the focus, in words. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>(
    "((element) => element.labels?.[0]?.textContent ?? element.textContent)(document.activeElement)",
  );
}
