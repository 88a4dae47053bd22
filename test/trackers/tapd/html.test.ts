import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHtml } from "../../../src/trackers/tapd/html.ts";
import { toMarkdown } from "../../../src/trackers/tapd/markdown.ts";

describe("Markdown of ours in TAPD", () => {
  it.each([
    ["a paragraph of two lines", "One\ntwo", "<p>One<br>two</p>"],
    [
      "emphasis",
      "A **bold** and *soft* `x < y` ~~no~~",
      "<p>A <strong>bold</strong> and <em>soft</em> <code>x &lt; y</code> <del>no</del></p>",
    ],
    [
      "a link",
      "See [it](https://a.example/x?y=1&z)",
      '<p>See <a href="https://a.example/x?y=1&amp;z" target="_blank">it</a></p>',
    ],
    [
      "a heading over a list",
      "## Plan\n- [x] one\n- [ ] two",
      '<h2>Plan</h2><ul class="tight"><li>[x] one</li><li>[ ] two</li></ul>',
    ],
    ["stars", "* one\n* two", '<ul class="star"><li>one</li><li>two</li></ul>'],
    [
      "lists in lists",
      "1. one\n   - a\n   - b\n2. two",
      "<ol><li>one<ul><li>a</li><li>b</li></ul></li><li>two</li></ol>",
    ],
    [
      "code",
      "```ts\nif (a < b) {\n  c();\n}\n```",
      '<pre><code class="language-ts">if (a &lt; b) {\n  c();\n}</code></pre>',
    ],
    [
      "a table",
      "| a | b |\n| --- | --- |\n| 1 | 2 |",
      "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
    ],
    ["a quotation", "> One\n>\n> two", "<blockquote><p>One</p><p>two</p></blockquote>"],
    ["a line", "a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"],
  ])("%s has its form, and comes back", (_, markdown, html) => {
    expect(toHtml(markdown)).toBe(html);
    expect(toMarkdown(html)).toBe(markdown);
  });

  it("is never taken for HTML, nor for an address that a browser would carry out", () => {
    const html = toHtml('<script>alert(1)</script>\n\n<img src=x onerror="y">\n\n[go](javascript:alert)');
    expect(html).not.toMatch(/<script|<img|href/);
    expect(toMarkdown(html)).toContain("<script>alert(1)</script>");
  });

  const piece = fc.constantFrom(
    ...[
      "# ",
      "## ",
      "- ",
      "* ",
      "1. ",
      "> ",
      "```",
      "`",
      "**",
      "*",
      "_",
      "[",
      "](",
      ")",
      "<b>",
      "<!-- x -->",
      "&amp;",
      "&",
      "|",
    ],
    ...[
      "\n",
      "\n\n",
      "\n\n\n",
      "  ",
      "    ",
      "\t",
      "a",
      "b c",
      "---",
      "===",
      "https://a.example",
      "\\",
      "漢字",
      "🙂",
      "[ ] ",
      "~~~",
    ],
  );

  it("comes back word for word, whatever it is", () => {
    const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, (markdown) => {
        expect(toMarkdown(toHtml(markdown))).toBe(markdown.trimEnd());
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("what people write in TAPD's editor", () => {
  it.each([
    [
      "divisions and styles",
      '<div style="color:red">One&nbsp;two</div><div><span>three</span></div>',
      "One two\n\nthree",
    ],
    ["blank paragraphs", "<p>One</p><p><br></p><p>&nbsp;</p><p>two</p>", "One\n\ntwo"],
    ["pretty-printed HTML", "<ul>\n  <li>\n one\n  </li>\n  <li><p>two</p></li>\n</ul>", "- one\n\n- two"],
    ["bold with blanks", "<p><b>One </b>two</p>", "**One** two"],
    ["images", '<p><img src="/tfl/pictures/1.png" alt="shot"></p>', "![shot](/tfl/pictures/1.png)"],
    ["scripts", "<p>a</p><script>b</script><style>c</style>", "a"],
    ["tables without a head", "<table><tbody><tr><td>a|b</td></tr></tbody></table>", "| a\\|b |\n| --- |"],
    ["broken HTML", "<p>a <b>b<p>c", "a **b\nc**"],
    ["no HTML at all", "One < two & three", "One < two & three"],
    ["nothing", "", ""],
  ])("%s read as Markdown", (_, html, markdown) => {
    expect(toMarkdown(html)).toBe(markdown);
  });
});
