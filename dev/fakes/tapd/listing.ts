import type { Reply } from "../shared/http.ts";
import { checkNames } from "./params.ts";
import { invalid, success } from "./refusal.ts";
import { PEOPLE } from "./fields.ts";
import type { Ask } from "./world.ts";

type Row = Readonly<Record<string, string>>;

const DEFAULT_LIMIT = 30;
const LARGEST_LIMIT = 200;
/** `page * limit` beyond this is refused; from there on `cursor` leads. */
const DEEPEST = 20_000;
const CONTROLS = ["limit", "page", "order", "fields", "cursor"];
const TIMES = ["created", "modified", "begin", "due"];
const TEXTS = ["name", "title", "description"];

/** Rows that pass every filter among the parameters. `known` names the fields that may be asked for. */
export function filterRows(ask: Ask, rows: readonly Row[], known: (name: string) => boolean): Row[] {
  checkNames(ask.params, (name) => CONTROLS.includes(name) || known(name));
  const filters = Object.entries(ask.params).filter(([name]) => !CONTROLS.includes(name));
  return rows.filter((row) => filters.every(([name, wish]) => passes(name, row[name] ?? "", wish)));
}

/** One page of rows, each in its wrapper: by `page` and `limit`, or after `cursor` in the order of ids. */
export function pageOf(ask: Ask, rows: readonly Row[], wrap: string, known: (name: string) => boolean): Reply {
  const limit = Math.min(LARGEST_LIMIT, positive(ask.params.limit ?? String(DEFAULT_LIMIT), "limit"));
  const page = positive(ask.params.page ?? "1", "page");
  const { cursor } = ask.params;
  if (cursor === undefined && page * limit > DEEPEST) throw invalid(`page * limit must not exceed ${DEEPEST}`);
  const found =
    cursor === undefined
      ? sort(rows, ask.params.order ?? "id desc").slice((page - 1) * limit, page * limit)
      : sort(rows, "id asc")
          .filter(({ id = "" }) => BigInt(id) > BigInt(/^\d+$/.test(cursor) ? cursor : "0"))
          .slice(0, limit);
  const shown = found.slice(0, ask.call.keep ?? limit);
  const wanted = ask.params.fields?.split(",").map((name) => name.trim());
  const unknown = wanted?.find((name) => !known(name));
  if (unknown !== undefined) throw invalid(`invalid fields: ${unknown}`);
  return success(shown.map((row) => ({ [wrap]: wanted === undefined ? row : pick(row, wanted) })));
}

function passes(name: string, value: string, wish: string): boolean {
  const exact = /^EQ<(.*)>$/s.exec(wish)?.[1];
  if (exact !== undefined) return value === exact;
  if (name === "id" || name.endsWith("_id")) return wish.split(",").includes(value);
  if (TIMES.includes(name)) return passesTime(value, wish);
  if (PEOPLE.includes(name)) {
    const wanted = /^USER_OR<(.*)>$/.exec(wish)?.[1]?.split("|") ?? [wish.replace(/;$/, "")];
    return value.split(";").some((one) => one !== "" && wanted.includes(one));
  }
  if (TEXTS.includes(name)) return value.includes(wish);
  const values = name === "label" ? value.split("|") : [value];
  return wish.split("|").some((one) => values.includes(one));
}

/** Instants in one zone and format sort as their texts do. */
function passesTime(value: string, wish: string): boolean {
  const [from, until] = wish.split("~");
  if (from !== undefined && until !== undefined) return value >= from && value <= until;
  if (wish.startsWith(">")) return value > wish.slice(1);
  if (wish.startsWith("<")) return value < wish.slice(1);
  return value.startsWith(wish);
}

function sort(rows: readonly Row[], order: string): Row[] {
  const [name = "", direction = "asc"] = order.trim().split(/\s+/);
  const known = rows[0];
  if (!["asc", "desc"].includes(direction) || (known !== undefined && known[name] === undefined)) {
    throw invalid(`invalid order: ${order}`);
  }
  const keyOf = (row: Row) => `${row[name] ?? ""} ${row.id ?? ""}`;
  const ascending = [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return direction === "asc" ? ascending : ascending.reverse();
}

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name): [string, string] => [name, row[name] ?? ""]));
}

function positive(text: string, name: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw invalid(`invalid ${name}: ${text}`);
  return number;
}
