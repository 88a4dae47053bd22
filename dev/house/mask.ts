export interface Comment {
  start: number;
  text: string;
}

/** Source text of the same length and lines in which comments and the insides of strings and regular expressions are blank. */
export interface Masked {
  code: string;
  comments: Comment[];
}

const BLANK = /[^\n]/g;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y;
const STRING = /"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?/y;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/y;
const OTHER = /[\w$]+|[^\w$]/y;
/** A slash after one of these starts a regular expression; after anything else it divides. */
const BEFORE_REGEX =
  /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|delete|void|throw|else|do|await|yield))\s*$/;

/** There is no TypeScript API to parse with, and the rules need no syntax tree: they need to know what is code. */
export function mask(text: string): Masked {
  const comments: Comment[] = [];
  const open: string[] = []; // "`" is template text, "{" is code, be it a block or a template's ${…}
  let code = "";
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = code.length;
    return pattern.exec(text)?.[0] ?? "";
  };
  while (code.length < text.length) {
    if (open.at(-1) === "`") {
      code += blank(take(TEMPLATE_TEXT));
      if (text.startsWith("${", code.length)) {
        open.push("{");
        code += "${";
      } else {
        open.pop();
        code += text.charAt(code.length);
      }
      continue;
    }
    const comment = take(COMMENT);
    if (comment !== "") {
      comments.push({ start: code.length, text: comment });
      code += blank(comment);
      continue;
    }
    const literal = take(STRING) || (startsRegex(text, code) ? take(REGEX) : "");
    if (literal !== "") {
      code += literal.length < 2 ? literal : literal.charAt(0) + blank(literal.slice(1, -1)) + literal.charAt(0);
      continue;
    }
    const other = take(OTHER);
    if (other === "`" || other === "{") open.push(other);
    if (other === "}") open.pop();
    code += other;
  }
  return { code, comments };
}

/** JSX writes `</p>` and `<br />`, which are no regular expressions. */
function startsRegex(text: string, code: string): boolean {
  const at = code.length;
  if (text.charAt(at) !== "/" || text.charAt(at + 1) === ">" || text.charAt(at - 1) === "<") return false;
  return BEFORE_REGEX.test(code.slice(-40));
}

function blank(text: string): string {
  return text.replace(BLANK, " ");
}
