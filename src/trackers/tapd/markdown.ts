import { ElementType, parseDocument } from "htmlparser2";

// The HTML of TAPD's editor as Markdown: what agents read, and how our own comments are recognised.

type Node = ReturnType<typeof parseDocument>["children"][number];
type Element = Extract<Node, { readonly attribs: unknown }>;

const BLOCKS = new Set([
  ...["p", "div", "section", "article", "header", "footer", "figure", "center", "address", "details", "summary"],
  ...["h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "blockquote", "hr", "table", "li", "dl", "dt", "dd"],
]);
const SILENT = new Set(["script", "style", "head", "title", "template", "iframe", "object"]);
const MARKS: Readonly<Record<string, string>> = {
  strong: "**",
  b: "**",
  em: "*",
  i: "*",
  del: "~~",
  s: "~~",
  strike: "~~",
};
const NBSP = /\u00a0/g;

interface Block {
  readonly text: string;
  /** What stands between it and the block above. */
  readonly before: string;
}

/** HTML as Markdown. Text without a tag comes back as it is; scripts and styles are left out. */
export function toMarkdown(html: string): string {
  return joined(blocksOf(parseDocument(html).children)).trimEnd();
}

function joined(blocks: readonly Block[]): string {
  return blocks.map(({ text, before }, at) => (at === 0 ? text : `${before}${text}`)).join("");
}

/** The blocks among nodes; what stands between blocks is a paragraph. */
function blocksOf(nodes: readonly Node[]): Block[] {
  const blocks: Block[] = [];
  let loose: Node[] = [];
  let gap = "";
  const add = (text: string, isTight = false): void => {
    blocks.push({ text, before: isTight ? "\n" : `\n\n${gap}` });
    gap = "";
  };
  const end = (): void => {
    const text = trimmed(inline(loose));
    loose = [];
    if (text !== "") add(text);
  };
  for (const node of nodes) {
    if (!isElement(node) || !BLOCKS.has(node.name)) {
      loose.push(node);
      continue;
    }
    end();
    if (hasClass(node, "gap")) gap += "\n";
    else {
      const text = blockText(node);
      if (text !== "") add(text, hasClass(node, "tight"));
    }
  }
  end();
  return blocks;
}

function blockText(element: Element): string {
  const { name, children, attribs } = element;
  const level = /^h([1-6])$/.exec(name)?.[1];
  if (level !== undefined) return `${"#".repeat(Number(level))} ${trimmed(inline(children))}`;
  switch (name) {
    case "p":
      return hasClass(element, "raw") ? rawText(children) : joined(blocksOf(children));
    case "hr":
      return "---";
    case "pre":
      return fenced(element);
    case "blockquote":
      return prefixed(joined(blocksOf(children)), "> ", "> ");
    case "ul":
      return listText(element, () => (hasClass(element, "star") ? "* " : "- "));
    case "ol":
      return listText(element, (at) => `${Number(attribs.start ?? "1") + at}. `);
    case "table":
      return tableText(element);
    default:
      return joined(blocksOf(children));
  }
}

function listText(list: Element, markerOf: (at: number) => string): string {
  const items = list.children.filter(isElement).filter(({ name }) => name === "li");
  const isLoose = items.some(({ children }) => children.some((child) => isElement(child) && child.name === "p"));
  const texts = items.map(({ children }, at) => {
    const marker = markerOf(at);
    const text = blocksOf(children)
      .map(({ text: block }) => block)
      .join(isLoose ? "\n\n" : "\n");
    return prefixed(text, marker, " ".repeat(marker.length));
  });
  return texts.join(isLoose ? "\n\n" : "\n");
}

function tableText(table: Element): string {
  const rows = descendants(table, "tr").map((row) =>
    row.children
      .filter(isElement)
      .map((cell) => trimmed(inline(cell.children)).replaceAll("\n", " ").replaceAll("|", "\\|")),
  );
  const [head, ...rest] = rows;
  if (head === undefined) return "";
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rest.map(line)].join("\n");
}

function fenced(pre: Element): string {
  const code = pre.children.filter(isElement).find(({ name }) => name === "code");
  const language = /(?:^|\s)language-(.*)$/.exec(code?.attribs.class ?? "")?.[1] ?? "";
  const text = textOf((code ?? pre).children).replace(/\n$/, "");
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}${text === "" ? "" : "\n"}${fence}`;
}

function inline(nodes: readonly Node[]): string {
  return nodes.map(inlineText).join("");
}

function inlineText(node: Node): string {
  if (node.type === ElementType.Text) return node.data.replace(/[ \t\r\n\f]+/g, " ").replace(NBSP, " ");
  if (!isElement(node) || SILENT.has(node.name)) return "";
  const { name, children, attribs } = node;
  if (name === "br") return "\n";
  if (name === "code") return codeSpan(textOf(children));
  if (name === "img") return attribs.src === undefined ? "" : `![${attribs.alt ?? ""}](${attribs.src})`;
  const text = BLOCKS.has(name) ? `\n${joined(blocksOf([node]))}\n` : inline(children);
  if (name === "a") return linkText(text, attribs.href);
  const mark = MARKS[name];
  return mark === undefined || text.trim() === ""
    ? text
    : text.replace(/^(\s*)([\s\S]*?)(\s*)$/, `$1${mark}$2${mark}$3`);
}

function linkText(text: string, href: string | undefined): string {
  return href === undefined || href === "" || text === href ? text : `[${text}](${href})`;
}

function codeSpan(text: string): string {
  const fence = "`".repeat(Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length)) + 1);
  const pad = /^`|`$/.test(text) ? " " : "";
  return `${fence}${pad}${text}${pad}${fence}`;
}

/** Everything that is written in nodes, line breaks included. */
function textOf(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (node.type === ElementType.Text) return node.data;
      if (!isElement(node)) return "";
      return node.name === "br" ? "\n" : textOf(node.children);
    })
    .join("");
}

function rawText(nodes: readonly Node[]): string {
  return textOf(nodes).replace(NBSP, " ");
}

function trimmed(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .join("\n")
    .trim();
}

function prefixed(text: string, first: string, others: string): string {
  return text
    .split("\n")
    .map((line, at) => (at === 0 ? `${first}${line}` : line === "" ? others.trimEnd() : `${others}${line}`))
    .join("\n");
}

function descendants(element: Element, name: string): Element[] {
  return element.children
    .filter(isElement)
    .flatMap((child) => (child.name === name ? [child] : descendants(child, name)));
}

function hasClass({ attribs }: Element, name: string): boolean {
  return attribs.class?.split(" ").includes(name) === true;
}

function isElement(node: Node): node is Element {
  return "attribs" in node;
}
