import type { ConditionJson, LeafJson, OnJson } from "../reference/model.ts";
import { type Fields, fieldsOf } from "../reference/scope.ts";
import { operators } from "./api.ts";
import { encoded } from "./encode.ts";
import { alike, joinedNames, type Place, placesOf } from "./places.ts";
import { NAMES, pooled, pooledJson } from "./pools.ts";
import type { ConditionSpec, LeafSpec } from "./query_spec.ts";
import type { BuiltTable } from "./schema_spec.ts";

/** What is known while one query is built. */
export interface Env {
  readonly tables: readonly BuiltTable[];
  /** Values for `with`, by name; filled as params are made. */
  readonly params: Map<string, unknown>;
  /** Paths with sums that engines may round otherwise: not to be compared or ordered by. */
  readonly rough: Set<string>;
  /** Whether sums of reals are the exact ones, so that none is rough. */
  readonly exact: boolean;
  /** Where in the pools of values the case begins. */
  readonly shift: number;
  /** Whether tables are small enough to be joined. */
  readonly small: boolean;
}

/** A part of a query twice: for the public builder, and in the JSON form. */
export interface Built<J> {
  readonly value: unknown;
  readonly json: J;
}

export function buildCondition(
  spec: ConditionSpec,
  fields: Fields,
  env: Env,
): Built<ConditionJson> {
  switch (spec.kind) {
    case "leaf":
      return objectOf([spec.leaf], fields, env);
    case "object":
      return objectOf(spec.leaves, fields, env);
    case "not": {
      const part = buildCondition(spec.part, fields, env);
      return { value: operators.not!(part.value), json: { not: part.json } };
    }
    case "exists":
      return buildExists(spec, fields, env);
    default: {
      const parts = spec.parts.map((part) => buildCondition(part, fields, env));
      const json = parts.map((part) => part.json);
      const value = operators[spec.kind]!(...parts.map((part) => part.value));
      return { value, json: spec.kind === "and" ? { and: json } : { or: json } };
    }
  }
}

/** `{ path: operand, ... }`, one entry for each different path. */
function objectOf(leaves: readonly LeafSpec[], fields: Fields, env: Env): Built<ConditionJson> {
  const built = new Map<string, Built<LeafJson>>();
  for (const spec of leaves) {
    // What is built and then not used must leave no params behind.
    const params = new Map(env.params);
    const leaf = buildLeaf(spec, fields, { ...env, params });
    if (leaf === undefined || built.has(leaf[0])) continue;
    built.set(...leaf);
    for (const [name, value] of params) env.params.set(name, value);
  }
  return {
    value: Object.fromEntries([...built].map(([path, leaf]) => [path, leaf.value])),
    json: { and: [...built.values()].map((leaf) => leaf.json) },
  };
}

function buildExists(
  spec: ConditionSpec & { kind: "exists" },
  fields: Fields,
  env: Env,
): Built<ConditionJson> {
  const { table, model } = env.tables[spec.table % env.tables.length]!;
  const on = buildOn(spec.on, fieldsOf(model), fields, env);
  if (on.length === 0 || !env.small) return { value: operators.or!(), json: { or: [] } };
  const where = spec.where && buildCondition(spec.where, fieldsOf(model), env);
  return {
    value: operators.exists!(table, Object.fromEntries(on), ...where ? [where.value] : []),
    json: { exists: { table: table.name, on, ...where ? { where: where.json } : {} } },
  };
}

/** Pairs of a column and a path that can be equal; none when there are no such pairs. */
export function buildOn(picks: readonly number[], inner: Fields, outer: Fields, env: Env): OnJson {
  return pairsOf(picks, placesOf(inner), outer, env);
}

export function pairsOf(
  picks: readonly number[],
  inner: readonly Place[],
  outer: Fields,
  { rough }: Env,
): OnJson {
  const columns = inner.filter(({ type }) => type !== "json");
  const paths = placesOf(outer).filter(({ path }) => !rough.has(path));
  const pairs = columns.flatMap((column) =>
    paths.filter((path) => alike(column, path)).map((path) => [column.path, path.path] as const)
  );
  if (pairs.length === 0) return [];
  return [...new Map(picks.map((pick) => pairs[(pick * 7) % pairs.length]!))];
}

const RANGES = ["eq", "ne", "gt", "gte", "lt", "lte"];
const LISTS = ["between", "in", "nin"];
const MATCHES = ["like", "ilike", "startsWith", "endsWith", "contains"];
const PATTERNS = [
  "a%",
  "%",
  "_",
  "%a%",
  "%A",
  "a_",
  "",
  "\\%",
  "%\\_%",
  "\\\\",
  "_%_",
  "%%b",
  "\u{1F600}",
  "%\u0301",
  "[",
  "*",
  "?",
  "ß",
  "SS",
  "İ",
  "%Σ",
  "\\a%",
  "z%z",
  "%\n%",
];

/** A path and its test; undefined when there is no column at all, as a group may have none. */
function buildLeaf(
  spec: LeafSpec,
  fields: Fields,
  env: Env,
): [path: string, test: Built<LeafJson>] | undefined {
  const rows = joinedNames(fields);
  if (rows.length > 0 && spec.path % 8 === 7) {
    return missingRow(rows[spec.values.length % rows.length]!, spec);
  }
  const places = placesOf(fields).filter(({ path }) => !env.rough.has(path));
  const place = places[spec.path % places.length];
  if (place === undefined) return undefined;
  const op = typeof spec.op === "string" ? spec.op : operatorOf(place, spec.op);
  if (RANGES.includes(op)) return [place.path, comparison(op, spec, place, places, env)];
  if (LISTS.includes(op)) return [place.path, listed(op, spec, place, env)];
  return [place.path, matching(op, spec, place, env)];
}

function operatorOf({ type, holds }: Place, pick: number): string {
  // An equality is what an index serves best, and then other paths are taken.
  if (type !== "text" && type !== "json") {
    return ["eq", "eq", "eq", ...RANGES, ...LISTS][pick % 12]!;
  }
  // Text has more to go wrong than equality, and arrays have nothing else.
  const favoured = holds === "array" ? ["contains"] : MATCHES;
  const ops = pick % 2 === 0 ? favoured : [...RANGES, ...LISTS, ...MATCHES];
  return ops[(pick >> 1) % ops.length]!;
}

/** `{ alias: null }`, or its opposite. */
function missingRow(name: string, spec: LeafSpec): [string, Built<LeafJson>] {
  if (!spec.shorthand) return [name, { value: operators.ne!(null), json: ["ne", name, null] }];
  return [name, { value: null, json: ["eq", name, null] }];
}

function comparison(
  op: string,
  spec: LeafSpec,
  place: Place,
  places: readonly Place[],
  env: Env,
): Built<LeafJson> {
  const others = places.filter((other) => alike(place, other));
  const other = others[(spec.values[0] ?? 0) % others.length]!.path;
  const operand = spec.source > 7
    ? { value: operators.column!(other), json: { $: ["column", other] } }
    : operandOf(literalOf(place, spec.values[0] ?? 0, env), spec, env);
  const bare = op === "eq" && spec.shorthand;
  return {
    value: bare ? operand.value : operators[op]!(operand.value),
    json: [op, place.path, operand.json],
  };
}

function listed(op: string, spec: LeafSpec, place: Place, env: Env): Built<LeafJson> {
  const values = spec.values.map((value) => literalOf(place, value, env));
  if (op === "between") {
    const [from, to] = [0, 1].map((i) =>
      operandOf(values[i] ?? literalOf(place, i, env), spec, env)
    );
    const value = operators.between!(from!.value, to!.value);
    return { value, json: [op, place.path, from!.json, to!.json] };
  }
  const list = operandOf(values, spec, env);
  const name = op === "in" ? "oneOf" : "noneOf";
  return { value: operators[name]!(list.value), json: [op, place.path, list.json] };
}

function matching(op: string, spec: LeafSpec, place: Place, env: Env): Built<LeafJson> {
  const pick = spec.values[0] ?? 0;
  const pattern = op.endsWith("like")
    ? patternOf(pick, spec, env)
    : op === "contains" && place.type === "json"
    ? literalOf(place, pick, env) ?? "a"
    : turned(textOf(pick, env), spec);
  // Only a param can bring null here.
  const isParam = spec.source === 6 || spec.source === 7;
  const operand = operandOf(isParam && pick % 15 === 14 ? null : pattern, spec, env);
  if (op === "ilike") {
    const json = ["like", place.path, operand.json, { ignoreCase: true }] as const;
    return { value: operators.ilike!(operand.value), json };
  }
  const options = spec.ignoreCase ? [{ ignoreCase: true }] : [];
  return {
    value: operators[op]!(operand.value, ...options),
    json: [op, place.path, operand.json, ...options],
  };
}

/** A pattern of the list, or one made of a text that columns have. */
function patternOf(pick: number, spec: LeafSpec, env: Env): string {
  if (pick % 2 === 0) return PATTERNS[(pick >> 1) % PATTERNS.length]!;
  const text = textOf(pick >> 1, env);
  const [first = "", ...rest] = turned(text, spec);
  const patterns = [`${text}%`, `%${text}`, `_${rest.join("")}`, `\\${first}${rest.join("")}`];
  return patterns[(spec.values[1] ?? pick) % patterns.length]!;
}

function textOf(pick: number, { shift }: Env): string {
  // The pool of a text column holds text.
  return pooled("text", pick, shift) as string;
}

/** The text in the other case where case doesn't matter. */
function turned(text: string, { ignoreCase, shorthand }: LeafSpec): string {
  if (!ignoreCase) return text;
  return shorthand ? text.toUpperCase() : text.toLowerCase();
}

/** A value that `place` may have. */
function literalOf({ type, holds }: Place, pick: number, { shift }: Env): unknown {
  if (pick % 10 === 9) return null;
  return holds === undefined ? pooled(type, pick, shift) : pooledJson(holds, pick);
}

/** `value` itself, or a param that stands for it. */
function operandOf(value: unknown, { source }: LeafSpec, env: Env): Built<unknown> {
  if (source !== 6 && source !== 7) return { value, json: encoded(value) };
  const name = newParam(value, env);
  return { value: operators.param!(name), json: { $: ["param", name] } };
}

export function newParam(value: unknown, { params }: Env): string {
  const name = NAMES.find((name) => !params.has(name)) ?? `p${params.size}`;
  params.set(name, value);
  return name;
}
