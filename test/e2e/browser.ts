import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

/** The system's own browser; none is downloaded. */
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Longest wait for something to appear, milliseconds: only a machine that is busy otherwise comes near it. */
export const PATIENCE_MS = 60_000;

/** Whether the browser tests can run here. */
export const hasBrowser = existsSync(CHROMIUM);

/** Starts the browser; whoever starts it closes it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
  });
}

export const DESKTOP = { viewport: { width: 1280, height: 800 } } satisfies BrowserContextOptions;
export const PHONE = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
} satisfies BrowserContextOptions;

/** A page that remembers what went wrong in it. */
export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What was written to the console as an error or a warning, and what was thrown. */
  readonly complaints: string[];
}

/** Opens a page of its own. The policy of the page stays in force, as for everybody. */
export async function openPage(browser: Browser, options: BrowserContextOptions = DESKTOP): Promise<Watched> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return { page, context, complaints };
}

/** What axe finds wrong with the page as it is now, one line per element; and whether it is wider than the window. */
export async function findFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  // As text: the tests are compiled without the browser's types.
  const found: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
  }[] = await page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)");
  const wide = await page.evaluate<boolean>("document.documentElement.scrollWidth > innerWidth");
  return [
    ...found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")} ${node.failureSummary}`)),
    ...(wide ? ["the page scrolls sideways"] : []),
  ];
}

/** Holds the page to what its readers need, whatever it shows. */
export async function expectSound({ page, complaints }: Watched): Promise<void> {
  expect(await findFaults(page)).toEqual([]);
  expect(complaints).toEqual([]);
}
