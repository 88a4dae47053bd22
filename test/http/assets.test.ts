import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ground } from "./ground.ts";

async function built() {
  const folder = await mkdtemp(join(tmpdir(), "maestro-assets-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const assets = join(folder, "dashboard");
  await mkdir(join(assets, "assets"), { recursive: true });
  await writeFile(join(folder, "secret.js"), "secret");
  await writeFile(join(assets, "assets", "main-1a2b3c.js"), "run()");
  await writeFile(join(assets, "assets", "icon-1a2b3c.svg"), "<svg/>");
  await writeFile(join(assets, "assets", "notes"), "no ending");
  const made = ground({ assets });
  return {
    ...made,
    folder,
    write: () => writeFile(join(assets, "index.html"), "<!doctype html><title>Dashboard</title>"),
  };
}

describe("the dashboard", () => {
  it("is the page, under a policy that lets it load only itself", async () => {
    const { ask, write } = await built();
    await write();
    const answer = await ask("GET", "/");
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining("Dashboard")]);
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    const etag = answer.headers.get("etag") ?? "";
    expect((await ask("GET", "/", { headers: { "if-none-match": etag } })).status).toBe(304);
  });

  it("is every address that is no file and no part of the API", async () => {
    const { ask, write } = await built();
    await write();
    for (const path of ["/issues/SHOP-1", "/issues/acme%2Fshop%23v1.2", "/runs", "/anything/else"]) {
      expect([path, (await (await ask("GET", path)).text()).includes("Dashboard")]).toEqual([path, true]);
    }
    for (const path of [
      "/favicon.ico",
      "/api",
      "/api/v2",
      "/api/v9/x",
      "/assets/none.js",
      "/assets/a/b.js",
      "/robots.txt",
    ]) {
      expect([path, (await ask("GET", path)).status]).toEqual([path, 404]);
    }
  });

  it("has files that may be kept for ever, because their names change", async () => {
    const { ask } = await built();
    const script = await ask("GET", "/assets/main-1a2b3c.js");
    expect([script.status, script.headers.get("content-type"), await script.text()]).toEqual([
      200,
      "text/javascript; charset=utf-8",
      "run()",
    ]);
    expect(script.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect((await ask("GET", "/assets/icon-1a2b3c.svg")).headers.get("content-type")).toBe("image/svg+xml");
  });

  it.each([
    "/assets/..%2F..%2Fsecret.js",
    "/assets/%2e%2e%2f%2e%2e%2fsecret.js",
    "/assets/notes",
    "/assets/.hidden.js",
    "/assets/x%00.js",
  ])("gives nothing else: %s", async (path) => {
    const answer = await (await built()).ask("GET", path);
    expect([answer.status, (await answer.text()).includes("secret")]).toEqual([404, false]);
  });

  it("is the plain page while it is not built, and itself as soon as it is", async () => {
    const { ask, write } = await built();
    expect(await (await ask("GET", "/")).text()).toContain("Nothing runs.");
    expect((await ask("GET", "/issues/SHOP-1")).status).toBe(404);
    await write();
    expect(await (await ask("GET", "/")).text()).toContain("Dashboard");
    expect(await (await ask("GET", "/plain")).text()).toContain("Nothing runs.");
  });

  it("shows the plain page of another address only to those who may read", async () => {
    const { ask, bearer } = ground({ host: "build.example" });
    const headers = { host: "build.example:4000" };
    const nobody = await ask("GET", "/plain", { headers });
    expect([nobody.status, await nobody.text()]).toEqual([401, expect.stringContaining("Open the link")]);
    expect((await ask("GET", "/plain", { headers: { ...headers, ...bearer } })).status).toBe(200);
  });
});
