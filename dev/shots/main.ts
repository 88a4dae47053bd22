// Makes the pictures of the README and the guides from the running program: docs/pictures/<page>[-phone]-<scheme>.png
// Usage: npm run shots. Set in Inter and JetBrains Mono where they are installed (Debian: fonts-inter, fonts-jetbrains-mono).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { addIssues, makeProject } from "./project.ts";
import { withPalette } from "./palette.ts";
import { startMaestro } from "./program.ts";

const TARGET = "docs/pictures";
/** Largest picture, bytes: a repository keeps each version for ever. */
const LIMIT = 200_000;
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const DEADLINE_MS = 60_000;
const PAGES = [
  ["overview", "/", ["SHOP-7", "each on a line of its own", "Running the tests"]],
  ["issue", "/issues/SHOP-3", ["Taken up"]],
  ["diff", "/issues/SHOP-3/diff", ["FREE_FROM"]],
] as const;

async function makePictures(place: string): Promise<void> {
  const [folder, home] = [join(place, "shop"), join(place, "home")];
  mkdirSync(home);
  makeProject(folder);
  const running = await startMaestro(folder, home);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-background-networking", "--font-render-hinting=none"],
    env: { ...definedEnvironment(), FONTCONFIG_FILE: writeFonts(place) },
  });
  try {
    await running.printed(/SHOP-1 {2}finished/);
    await running.printed(/SHOP-2 {2}finished/);
    await running.printed(/SHOP-3 {2}waits for your review/);
    const session = await openSession(browser, running.link);
    await sendBack(browser, session);
    addIssues(folder);
    await running.printed(/SHOP-6 {2}(parked|needs)/);
    mkdirSync(TARGET, { recursive: true });
    for (const scheme of ["light", "dark"] as const) await takePictures(browser, session, scheme);
  } finally {
    await browser.close();
    await running.end();
  }
}

interface Session {
  readonly origin: string;
  readonly state: Awaited<ReturnType<BrowserContext["storageState"]>>;
}

async function openSession(browser: Browser, link: string): Promise<Session> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole("heading", { name: "Finished" }).waitFor();
  const state = await context.storageState();
  await context.close();
  return { origin: new URL(link).origin, state };
}

/** So that the pictures show a change with two runs. */
async function sendBack(browser: Browser, { origin, state }: Session): Promise<void> {
  const context = await browser.newContext({ storageState: state });
  context.setDefaultTimeout(DEADLINE_MS);
  const page = await context.newPage();
  await page.goto(`${origin}/issues/SHOP-3/diff`);
  await page.getByRole("button", { name: "Request changes" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("Please give the limit a name that says what it means.");
  await dialog.getByRole("button", { name: "Request changes" }).click();
  await page.getByText("export const FREE_FROM = 5000;").waitFor();
  await page.getByRole("button", { name: "Approve" }).first().waitFor();
  await context.close();
}

async function takePictures(browser: Browser, { origin, state }: Session, scheme: "light" | "dark"): Promise<void> {
  for (const [size, viewport] of [
    ["", DESKTOP],
    ["-phone", PHONE],
  ] as const) {
    const context = await browser.newContext({
      ...{ storageState: state, colorScheme: scheme, viewport, deviceScaleFactor: 2, isMobile: size !== "" },
      // A spinner looks the same in each picture.
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(DEADLINE_MS);
    const page = await context.newPage();
    for (const [name, path, shown] of PAGES) {
      await page.goto(`${origin}${path}`);
      await page.getByText("Live", { exact: true }).waitFor();
      for (const text of shown) await page.getByText(text).first().waitFor();
      const file = join(TARGET, `${name}${size}-${scheme}.png`);
      const picture = withPalette(await page.screenshot());
      console.log(`${file} ${Math.ceil(picture.length / 1000)} kB`);
      if (picture.length > LIMIT) throw new Error(`${file} has ${picture.length} bytes; at most ${LIMIT} are kept.`);
      writeFileSync(file, picture);
    }
    await context.close();
  }
}

/** The fonts that the page asks its system for, where the system has better ones than its first. */
function writeFonts(folder: string): string {
  const rule = (asked: string, font: string): string =>
    `<match target="pattern"><test name="family"><string>${asked}</string></test><edit name="family" mode="prepend" binding="strong"><string>${font}</string></edit></match>`;
  const rules = [rule("sans", "Inter"), rule("sans-serif", "Inter"), rule("ui-monospace", "JetBrains Mono")];
  const file = join(folder, "fonts.conf");
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>${rules.join("")}</fontconfig>\n`,
  );
  return file;
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

const root = mkdtempSync(join(tmpdir(), "maestro-shots-"));
try {
  await makePictures(root);
} finally {
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}
