import { lexer, type Token, type Tokens } from "marked";
import { toMarkdown } from "./markdown.ts";

// Markdown as the HTML that TAPD keeps. What `toMarkdown` would not give back word for word is written as plain lines instead, so that
// nothing a comment says is lost on its way through TAPD.

/** A text of ours as TAPD keeps it. Nothing in it is taken for HTML. */
export function toHtml(markdown: string): string {
  let html = "";
  let rest = markdown.replaceAll("\r\n", "\n");
  for (const block of lexer(rest)) {
    const at = rest.indexOf(block.raw);
    const before = html === "" ? "" : leadingBreaks(rest);
    // Marked has put tabs or line ends another way: what follows cannot be found in the text any more.
    if (at < 0) return verbatim(markdown);
    if (block.type === "space") continue;
    const text = block.raw.replace(/^\n+|\s+$/g, "");
    rest = rest.slice(rest.indexOf(text, at) + text.length);
    if (text !== "") html += separated(before, blockHtml(block, text));
  }
  return toMarkdown(html) === markdown.trimEnd() ? html : verbatim(markdown);
}

/** A piece of text inside of HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A text as lines that look the same in HTML. */
function verbatim(text: string): string {
  const lines = text.trimEnd().split("\n");
  const shown = lines.map((line) => escapeHtml(line).replace(/^ +| {2,}/g, (blanks) => "&nbsp;".repeat(blanks.length)));
  return `<p class="raw">${shown.join("<br>")}</p>`;
}

function leadingBreaks(text: string): string {
  return /^[ \t]*(\n\s*\n|\n)?/.exec(text)?.[0] ?? "";
}

/** A block after what stands between it and the one above. */
function separated(before: string, html: string): string {
  const breaks = before.split("\n").length - 1;
  if (before === "") return html;
  if (breaks === 1)
    return html.replace(
      /^<(\w+)(?: class="(\w+)")?/,
      (_, tag, name) => `<${tag} class="${name ? `${name} ` : ""}tight"`,
    );
  return `${'<p class="gap"><br></p>'.repeat(breaks - 2)}${html}`;
}

function blockHtml(block: Token, text: string): string {
  const html = markup(block);
  return html !== undefined && toMarkdown(html) === text ? html : verbatim(text);
}

/** `undefined` for what TAPD has no form for. */
function markup(block: Token): string | undefined {
  switch (block.type) {
    case "paragraph":
    case "text":
      return `<p>${inline(block)}</p>`;
    case "heading":
      return `<h${block.depth}>${inline(block)}</h${block.depth}>`;
    case "code":
      return `<pre><code${block.lang ? ` class="language-${escapeHtml(block.lang)}"` : ""}>${escapeHtml(block.text)}</code></pre>`;
    case "list":
      return isList(block) ? listMarkup(block) : undefined;
    case "blockquote":
      return `<blockquote>${toHtml(block.text)}</blockquote>`;
    case "hr":
      return "<hr>";
    case "table":
      return isTable(block) ? tableMarkup(block) : undefined;
    default:
      return undefined;
  }
}

function listMarkup(list: Tokens.List): string {
  const items = list.items.map((item) => {
    const inner = item.tokens
      .filter(({ type }) => type !== "space")
      .map((token) => {
        if (token.type === "checkbox") return escapeHtml(token.raw);
        return token.type === "text" ? inline(token) : (markup(token) ?? verbatim(token.raw));
      });
    return `<li>${inner.join("")}</li>`;
  });
  if (list.ordered) return `<ol${list.start === 1 ? "" : ` start="${list.start}"`}>${items.join("")}</ol>`;
  return `<ul${list.raw.trimStart().startsWith("*") ? ' class="star"' : ""}>${items.join("")}</ul>`;
}

function tableMarkup({ header, rows }: Tokens.Table): string {
  const row = (cells: readonly Tokens.TableCell[], tag: string): string =>
    `<tr>${cells.map(({ tokens }) => `<${tag}>${inlineAll(tokens)}</${tag}>`).join("")}</tr>`;
  return `<table>${row(header, "th")}${rows.map((cells) => row(cells, "td")).join("")}</table>`;
}

function inline(token: Token): string {
  return "tokens" in token && token.tokens !== undefined ? inlineAll(token.tokens) : lines(token.raw);
}

function inlineAll(tokens: readonly Token[]): string {
  return tokens.map(inlineMarkup).join("");
}

function inlineMarkup(token: Token): string {
  switch (token.type) {
    case "strong":
      return `<strong>${inline(token)}</strong>`;
    case "em":
      return `<em>${inline(token)}</em>`;
    case "del":
      return `<del>${inline(token)}</del>`;
    case "codespan":
      return `<code>${escapeHtml(token.text)}</code>`;
    case "link":
      // What else an address may begin with could be carried out by the reader's browser.
      if (!/^(?:https?:\/\/|mailto:)/i.test(token.href)) return lines(token.raw);
      return `<a href="${escapeHtml(token.href)}" target="_blank">${inline(token)}</a>`;
    default:
      return lines(token.raw);
  }
}

function lines(text: string): string {
  return escapeHtml(text).replaceAll("\n", "<br>");
}

function isList(token: Token): token is Tokens.List {
  return token.type === "list";
}

function isTable(token: Token): token is Tokens.Table {
  return token.type === "table";
}
