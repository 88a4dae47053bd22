import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  appendComment,
  plainText,
  readBody,
  replaceComment,
  writeDescription,
} from "../../../src/trackers/local/comment-section.ts";

const AT = Date.UTC(2026, 10, 20, 10);
const comment = { id: "c1", topic: null, author: "alice", at: AT, body: "Hello" };

/** Texts made of the pieces that could be mistaken for our own marks. */
const tricky = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "## Comments",
        "## Comments ",
        "### 2026-01-01 · x",
        "\\### 2026-01-01T00:00Z · x",
        "---",
        "",
        "\r",
      ),
      fc.constantFrom(
        "\\\\## Comments",
        "<!-- maestro:id=1 -->",
        "### heading",
        "   ",
        "### 2026-01-01 - x",
        "\u2028### 2026-1",
      ),
      fc.string({ unit: "grapheme" }),
    ),
    { maxLength: 8 },
  )
  .map((lines) => lines.join("\n"));

describe("comment section", () => {
  it("gives back every text as it was kept, and leaves the description and other comments alone", () => {
    fc.assert(
      fc.property(tricky, fc.array(tricky, { maxLength: 5 }), tricky, (description, bodies, changed) => {
        let markdown = `\n${writeDescription(description)}\n`;
        for (const [at, body] of bodies.entries()) {
          markdown = appendComment(markdown, { ...comment, id: `c${at}`, at: AT + at, body });
        }
        const read = readBody(markdown);
        const said = bodies.map(plainText);
        expect(read.description ?? "").toBe(plainText(description));
        expect(read.comments.map(({ body }) => body)).toEqual(said);
        for (const [at, place] of read.comments.entries()) {
          const after = readBody(replaceComment(markdown, place, changed));
          expect(after.comments.map(({ body }) => body)).toEqual(said.with(at, plainText(changed)));
          expect(after.comments.map(({ id }) => id)).toEqual(read.comments.map(({ id }) => id));
          expect(after.description).toBe(read.description);
        }
      }),
    );
  });

  it("gives back authors and topics, less what would break a heading", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme", minLength: 1 }), (author, topic) => {
        const [read] = readBody(appendComment("", { ...comment, author, topic })).comments;
        expect(read?.topic).toBe(plainText(topic) || null);
        expect(read?.author).not.toBe("");
        expect(read?.at).toBe(AT);
      }),
    );
  });

  it("reads headings that people write by hand", () => {
    const markdown = [
      "About this.",
      "## Comments",
      "### 2026-11-20 - bob",
      "First",
      "### 2026-11-20 10:30 — carol · QA",
      "Second",
      "### not a heading of ours",
      "### 2026-11-20T10:30:00+02:00 · dave",
    ].join("\n");
    const { description, comments } = readBody(markdown);
    expect(description).toBe("About this.");
    expect(comments.map(({ author, at, body }) => [author, at, body])).toEqual([
      ["bob", Date.UTC(2026, 10, 20), "First"],
      ["carol · QA", Date.UTC(2026, 10, 20, 10, 30), "Second\n### not a heading of ours"],
      ["dave", Date.UTC(2026, 10, 20, 8, 30), ""],
    ]);
  });

  it("takes a person's own section of that name for a part of the description", () => {
    const markdown = "Why.\n\n## Comments\n\nWe talked about it.\n";
    expect(readBody(markdown)).toMatchObject({ description: markdown.trim(), comments: [] });
    const after = readBody(appendComment(markdown, comment));
    expect(after.description).toBe(markdown.trim());
    expect(after.comments.map(({ body }) => body)).toEqual(["Hello"]);
  });

  it("writes in the format that the documentation shows", () => {
    const written = appendComment("\nAbout.\n", { ...comment, topic: "hand off" });
    expect(written).toBe(
      "\nAbout.\n\n## Comments\n\n### 2026-11-20T10:00:00.000Z · alice <!-- maestro:id=c1 topic=hand%20off -->\n\nHello\n",
    );
  });

  it("keeps the line ends of the file", () => {
    const once = appendComment("\r\nAbout.\r\n", { ...comment, body: "a\nb" });
    const [place] = readBody(once).comments;
    const twice = appendComment(place === undefined ? "" : replaceComment(once, place, "c\nd"), comment);
    expect(twice.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(readBody(twice).comments.map(({ body }) => body)).toEqual(["c\nd", "Hello"]);
  });

  it("keeps a comment whose mark a person broke", () => {
    const [read] = readBody("## Comments\n### 2026-11-20 · bob <!-- maestro:id=%E0 topic -->\nStill here\n").comments;
    expect(read).toMatchObject({ id: null, topic: null, author: "bob", body: "Still here" });
  });
});
