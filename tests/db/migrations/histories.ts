import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type AnyColumn,
  type Columns,
  date,
  integer,
  json,
  type Migration,
  query,
  type Schema,
  table,
  text,
} from "../../../mod.ts";
import type { Migrations } from "../migrations.ts";

type Row = Record<string, unknown>;
type Kind = "text" | "integer" | "date" | "json";

/** A plain model of one table and its rows. */
interface Model {
  name: string;
  columns: Map<string, { kind: Kind; optional: boolean }>;
  indexes: string[];
  rows: Row[];
}

const MAKE: Record<Kind, () => AnyColumn> = { text, integer, date, json };
const value = (kind: Kind, n: number): unknown =>
  kind === "text" ? `t${n}` : kind === "integer" ? n : kind === "date" ? new Date(n) : { n: [n] };

function schemaOf(model: Model, version: number, step?: (m: Migration) => Promise<void>): Schema {
  const columns: Columns = { id: integer().primaryKey() };
  for (const [name, { kind, optional }] of model.columns) {
    columns[name] = optional ? MAKE[kind]().optional() : MAKE[kind]();
  }
  const indexes = model.indexes.map((name) => [name]) as never;
  const made = table(model.name, columns, { indexes });
  return { tables: [made], version, ...(step && { migrations: { [version]: step } }) };
}

/** One step of a history: changes the model, and gives what a migration does for it; none where none is needed. */
const STEPS: readonly ((
  model: Model,
  pick: (n: number) => number,
) => ((m: Migration) => Promise<void>) | undefined)[] = [
  function addColumn(model, pick) {
    const { name: on } = model;
    const name = `c${pick(1000)}`;
    const kind = (["text", "integer", "date", "json"] as const)[pick(4)] ?? "text";
    if (model.columns.has(name)) return undefined;
    model.columns.set(name, { kind, optional: false });
    for (const row of model.rows) row[name] = value(kind, Number(row.id));
    return (m) =>
      m.addColumn(on, name, MAKE[kind](), { fill: ({ id }) => value(kind, Number(id)) });
  },
  function addOptional(model, pick) {
    const name = `o${pick(1000)}`;
    if (model.columns.has(name)) return undefined;
    model.columns.set(name, { kind: "text", optional: true });
    for (const row of model.rows) row[name] = null;
    return undefined;
  },
  function dropColumn(model, pick) {
    const { name: on } = model;
    const name = [...model.columns.keys()][pick(model.columns.size)];
    if (name === undefined) return undefined;
    model.columns.delete(name);
    model.indexes = model.indexes.filter((index) => index !== name);
    for (const row of model.rows) delete row[name];
    return (m) => m.dropColumn(on, name);
  },
  function renameColumn(model, pick) {
    const { name: on } = model;
    const from = [...model.columns.keys()][pick(model.columns.size)];
    const to = `r${pick(1000)}`;
    const column = from === undefined ? undefined : model.columns.get(from);
    if (from === undefined || !column || model.columns.has(to)) return undefined;
    model.columns.delete(from);
    model.columns.set(to, column);
    model.indexes = model.indexes.map((index) => index === from ? to : index);
    for (const row of model.rows) {
      row[to] = row[from];
      delete row[from];
    }
    return (m) => m.renameColumn(on, from, to);
  },
  function renameTable(model, pick) {
    const from = model.name;
    const to = `table${pick(1000)}`;
    model.name = to;
    return (m) => m.renameTable(from, to);
  },
  function makeOptional(model, pick) {
    const name = [...model.columns.keys()][pick(model.columns.size)];
    const column = name === undefined ? undefined : model.columns.get(name);
    if (column) column.optional = true;
    return undefined;
  },
  function toggleIndex(model, pick) {
    const [name, column] = [...model.columns][pick(model.columns.size)] ?? [];
    if (name === undefined || column?.kind === "json") return undefined;
    if (model.indexes.includes(name)) model.indexes = model.indexes.filter((at) => at !== name);
    else model.indexes.push(name);
    return undefined;
  },
  function deleteSome(model, pick) {
    const { name: on } = model;
    const left = pick(5);
    model.rows = model.rows.filter(({ id }) => Number(id) % 5 !== left);
    return (m) => m.each(on, (row) => Math.abs(Number(row.id)) % 5 === left ? null : row);
  },
  function moveKeys(model, pick) {
    const { name: on } = model;
    const by = 5 * (1 + pick(400));
    for (const row of model.rows) row.id = Number(row.id) + by;
    return (m) => m.each(on, (row) => ({ ...row, id: Number(row.id) + by }));
  },
];

/** Random histories of one table against a plain model, opened anew at each version. */
export function testHistories({ test }: Migrations): void {
  for (const size of [3, 1001]) {
    const runs = size === 3 ? 12 : 3;
    for (let run = 0; run < runs; run++) {
      test(`history ${run} of a table of ${size} rows keeps to the model`, async (place) => {
        const rows = Array.from({ length: size }, (_, id) => ({ id }));
        const model: Model = { name: "table", columns: new Map(), indexes: [], rows };
        const numbers = fc.sample(fc.nat(), { numRuns: 200, seed: run });
        let at = 0;
        const pick = (n: number) => n === 0 ? 0 : (numbers[at++ % numbers.length] ?? 0) % n;
        const first = schemaOf(model, 1);
        await place.with(first, async (db) => {
          for (const def of first.tables) await db.insert(def, rows.map((row) => ({ ...row })));
        });
        for (let version = 2; version < 14; version++) {
          const step = STEPS[version < 5 ? 0 : pick(STEPS.length)]?.(model, pick);
          const schema = schemaOf(model, version, step);
          await place.with(schema, async (db) => {
            for (const def of schema.tables) {
              const found: unknown[] = await db.all(query(def));
              assertEquals(found, model.rows.toSorted((a, b) => Number(a.id) - Number(b.id)));
            }
          });
        }
      });
    }
  }
}
