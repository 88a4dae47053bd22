export interface FunctionBody {
  /** Index of the parenthesis that opens its parameters. */
  start: number;
  /** Index of the closing brace. */
  end: number;
  /** Is handed to describe, it or test: a test file's chapter, not a function of its own. */
  isTestCallback: boolean;
}

const NO_FUNCTION = /\b(?:if|for|while|switch|catch|with|for\s+await)\s*$/;
const TEST_CALL = /\b(?:describe|it|test|suite|bench)(?:\.\w+)*\s*$/;
const TYPE_OPERATOR = /^(?:is|extends|keyof|typeof|readonly|asserts|infer|unique|new|abstract)$/;

/** Functions, methods and arrow functions with a block body, found by their brackets in masked code. */
export function findFunctions(code: string): FunctionBody[] {
  const { closing, parent } = matchBrackets(code);
  const found: FunctionBody[] = [];
  for (const [start, end] of closing) {
    if (code.charAt(start) !== "(" || NO_FUNCTION.test(code.slice(Math.max(0, start - 20), start))) continue;
    const body = findBody(code, end + 1, closing);
    const close = body === undefined ? undefined : closing.get(body);
    if (close === undefined) continue;
    found.push({ start, end: close, isTestCallback: isTestCall(code, parent.get(start), closing) });
  }
  return found;
}

interface Brackets {
  closing: Map<number, number>;
  parent: Map<number, number>;
}

function matchBrackets(code: string): Brackets {
  const closing = new Map<number, number>();
  const parent = new Map<number, number>();
  const open: number[] = [];
  for (const { 0: bracket, index } of code.matchAll(/[()[\]{}]/g)) {
    if ("([{".includes(bracket)) {
      const outer = open.at(-1);
      if (outer !== undefined) parent.set(index, outer);
      open.push(index);
    } else {
      const start = open.pop();
      if (start !== undefined) closing.set(start, index);
    }
  }
  return { closing, parent };
}

/** Index of the brace that opens the body after a parameter list, past a return type and an arrow. */
function findBody(code: string, from: number, closing: Map<number, number>): number | undefined {
  const at = skipSpace(code, from);
  if (code.charAt(at) === "{") return at;
  if (code.startsWith("=>", at)) return braceAt(code, at + 2);
  return code.charAt(at) === ":" ? skipType(code, at + 1, closing) : undefined;
}

function skipType(code: string, from: number, closing: Map<number, number>): number | undefined {
  let at = skipSpace(code, from);
  let operand = ""; // the last complete part of the type; empty where the next one has to follow
  while (at < code.length) {
    const word = /^[\w$]+|^=>|^["'`][^"'`]*["'`]|^[\s\S]/.exec(code.slice(at, at + 200))?.[0] ?? "";
    if (word === "{" && operand !== "") return at;
    if (word === "=>" && operand !== "(") return braceAt(code, at + 2);
    if (word === "{" || word === "[" || (word === "(" && operand === "")) {
      operand = word;
      at = closing.get(at) ?? code.length;
    } else if (word === "<") {
      at = skipGenerics(code, at);
    } else if (/^[\w$"'`]/.test(word)) {
      if (TYPE_OPERATOR.test(word)) operand = "";
      else operand = word;
    } else if (/^(?:[|&.?:-]|=>)$/.test(word)) {
      operand = "";
    } else {
      return undefined;
    }
    at = skipSpace(code, at + (/^[{[(<]$/.test(word) ? 1 : word.length));
  }
  return undefined;
}

function skipGenerics(code: string, from: number): number {
  let depth = 0;
  for (const { 0: sign, index } of code.slice(from).matchAll(/=>|[<>;]/g)) {
    if (sign === "<") depth += 1;
    if (sign === ">") depth -= 1;
    if (depth === 0 || sign === ";") return from + index;
  }
  return code.length;
}

function isTestCall(code: string, outer: number | undefined, closing: Map<number, number>): boolean {
  if (outer === undefined || code.charAt(outer) !== "(") return false;
  const before = code.slice(0, outer).trimEnd();
  if (TEST_CALL.test(before.slice(-80))) return true;
  // it.each([…])("name", () => {…}): the call before the call
  const table = before.endsWith(")") ? [...closing].find(([, end]) => end === before.length - 1)?.[0] : undefined;
  return table !== undefined && TEST_CALL.test(code.slice(Math.max(0, table - 80), table));
}

function braceAt(code: string, from: number): number | undefined {
  const at = skipSpace(code, from);
  return code.charAt(at) === "{" ? at : undefined;
}

function skipSpace(code: string, from: number): number {
  let at = from;
  while (at < code.length && /\s/.test(code.charAt(at))) at += 1;
  return at;
}
