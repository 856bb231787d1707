import { keyIn, mapKeyOf } from "../../schema/key.ts";
import type { ColumnDef, TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast, Cond, OnRefs, Ref, Step } from "../../query/ast.ts";
import { type Env, getter, predicate } from "../../query/predicate.ts";
import { totalOrder } from "../../query/order.ts";
import { tableUses } from "../../query/table_uses.ts";
import { matching, prepare, TableData, type Tables, windowOf } from "../../engine/mod.ts";
import { type Access, planAccess } from "../../engine/access.ts";
import { eachRow } from "../../engine/scan.ts";
import { levelOf, stagesOf, type StageSteps } from "../../engine/stage.ts";
import type { Window } from "../../engine/window.ts";
import type { RowTable } from "./row_table.ts";

/** Where the tables of a query are. */
export interface Sources {
  /** A table in memory, as who asks sees it. */
  resident(def: TableDef): TableData | undefined;
  /** A table that is kept a record a row. */
  rows(def: TableDef): RowTable | undefined;
}

type Exists = Extract<Cond, { op: "exists" }>;
type Include = Extract<Step, { kind: "include" }>;

/** Rows that are in memory at once where a window needs few of many. */
const KEPT = 2_000;
/** Rows that a walk without a window begins with. */
const PAGE = 500;
/** Parents whose children are asked for at a time. */
const PARENTS = 100;
const EVERYTHING: Window = { offset: 0, limit: Infinity, after: undefined };

/**
 * The rows that a query needs of tables that are kept a record a row, for the engine to run it on: of the
 * root those that an index leads to, of joined and included tables those that are looked for. There may
 * be more than it needs; the engine looks at all conditions again.
 */
export class Load implements Tables {
  readonly #sources: Sources;
  readonly #scratch = new Map<TableDef, TableData>();
  /** Tables of which all rows are there. */
  readonly #whole = new Set<TableDef>();
  /** The query that all is for, and every place where it reads a table. */
  #top: Ast | undefined;
  #uses: readonly TableDef[] = [];

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  data(def: TableDef): TableData {
    const resident = this.#sources.resident(def);
    if (resident) return resident;
    let data = this.#scratch.get(def);
    if (!data) this.#scratch.set(def, data = new TableData(def));
    return data;
  }
  #add(def: TableDef, rows: readonly StoredRow[]): void {
    if (!this.#sources.rows(def)) return; // in memory as it is
    const data = this.data(def);
    for (const row of rows) {
      const key = keyIn(def.key, row);
      if (!data.get(key)) data.add(key, row);
    }
  }

  /** Loads what a query reads; `given` are the rows of its table, where they are known. */
  async query(ast: Ast, given?: readonly StoredRow[]): Promise<void> {
    if (!this.#top) {
      this.#top = ast;
      this.#uses = tableUses(ast);
    }
    const stages = stagesOf(ast);
    const [stage, ...later] = stages;
    if (!stage) return;
    for (const { joins, conds } of later) {
      for (const { table } of joins) await this.#all(table);
      for (const cond of existsIn(conds)) {
        for (const table of tablesOf(cond)) await this.#all(table);
      }
    }
    if (given) {
      this.#add(ast.table, given);
      await this.#dependents(stage, given);
    } else await this.#root(ast, stage, later.length === 0 && !ast.distinct);
    const includes = stages.at(-1)?.includes ?? [];
    if (includes.length > 0) await this.#includes(ast, includes, given !== undefined);
  }

  /** The rows of the root, with all that belongs to them; `plain` where the order is that of its rows. */
  async #root(ast: Ast, stage: StageSteps, plain: boolean): Promise<void> {
    const def = ast.table;
    const { offset, limit, after } = windowOf(ast);
    const most = offset + limit;
    if (most === 0 || limit === 0) return;
    const conds = stage.conds.filter((cond) => levelOf(cond) === 0);
    const access = planAccess(new TableData(def), conds, plain ? totalOrder(ast) : []);
    // Rows that are there for another reason would count before it is their turn.
    const once = this.#uses.filter((table) => table === def).length === 1;
    const alone = stage.joins.length === 0 && existsIn(stage.conds).length === 0;
    const early = plain && access.ordered && most < Infinity;
    const bare = bareQuery(ast);
    const seen: StoredRow[] = [];
    const first: Window = { offset: 0, limit: most, after };
    const position = early && access.seekable ? positionIn(ast, access, after) : undefined;
    // Where a walk begins at a position, the row there is read once more.
    const size = early ? most + (position ? 1 : 0) : PAGE;
    for await (const rows of this.#walk(def, access, conds, size, position)) {
      this.#add(def, rows);
      await this.#dependents(stage, rows);
      if (early) {
        // Not what is in memory counts, but what has all that belongs to it.
        for (const row of rows) seen.push(row);
        if (prepare(this, bare, true).envs(first, seen).length >= most) return;
      }
      // Of many rows that are sorted those alone are kept that can be in the window.
      const kept = this.#scratch.get(def);
      const enough = kept && kept.size >= most + KEPT;
      if (!enough || !plain || !alone || !once || ast !== this.#top) continue;
      const best = prepare(this, bare).envs(first) as StoredRow[]; // without joins an Env is a row
      this.#scratch.delete(def);
      this.#add(def, best);
    }
  }
  /** The rows of a table that an access reaches and that conditions on themselves let pass, in pages. */
  async *#walk(
    def: TableDef,
    access: Access,
    conds: readonly Cond[],
    first: number,
    after: readonly unknown[] | undefined,
  ): AsyncGenerator<readonly StoredRow[], void> {
    const items = conds.filter((cond) => existsIn([cond]).length === 0);
    const test = predicate({ op: "and", items }, false, () => () => true);
    const table = this.#sources.rows(def);
    if (table) {
      for await (const page of table.walk(access, { first, after })) yield page.filter(test);
      return;
    }
    const found: StoredRow[] = [];
    eachRow(this.data(def), access, (row) => !test(row) || found.push(row) > 0);
    for (let at = 0, size = first; at < found.length; at += size, size = Math.min(size * 2, PAGE)) {
      yield found.slice(at, at + size);
    }
  }

  /** What the joins and conditions of a stage look for, for some rows of its table. */
  async #dependents({ joins, conds }: StageSteps, rows: readonly StoredRow[]): Promise<void> {
    const slots: (readonly StoredRow[])[] = [rows];
    for (const { table, on, slot } of joins) slots[slot] = await this.#partners(table, on, slots);
    for (const cond of existsIn(conds)) await this.#existing(cond, slots);
  }
  async #existing({ table, on, where }: Exists, slots: (readonly StoredRow[])[]): Promise<void> {
    const rows = on.length > 0
      ? await this.#partners(table, on, slots)
      : await this.#matching(table, where ? [where] : []);
    for (const cond of where ? existsIn([where]) : []) await this.#existing(cond, [rows]);
  }
  async #matching(def: TableDef, conds: readonly Cond[]): Promise<readonly StoredRow[]> {
    const access = planAccess(new TableData(def), conds, []);
    const found: StoredRow[] = [];
    for await (const rows of this.#walk(def, access, conds, PAGE, undefined)) found.push(...rows);
    this.#add(def, found);
    return found;
  }
  /** The rows of a table whose columns equal what is at some paths of the rows that are known. */
  async #partners(
    def: TableDef,
    on: OnRefs,
    slots: readonly (readonly StoredRow[])[],
  ): Promise<readonly StoredRow[]> {
    // Those of one slot will do: more rows than needed do no harm.
    const slot = on[0]?.ref.slot ?? 0;
    const items = on.filter(({ ref, column }, i) =>
      ref.slot === slot && on.findIndex((other) => other.column === column) === i
    );
    const gets = items.map(({ column, ref }) => valueFor(column, ref, true));
    const lists = (slots[slot] ?? []).map((row) => {
      const env: StoredRow[] = [];
      env[slot] = row;
      return gets.map((get) => get(env));
    });
    return await this.#byValues(def, items.map(({ column }) => column), lists);
  }
  async #byValues(
    def: TableDef,
    columns: readonly ColumnDef[],
    lists: readonly (readonly unknown[])[],
  ): Promise<readonly StoredRow[]> {
    const table = this.#sources.rows(def);
    if (!table) return matching(this.data(def), { columns, values: lists });
    const rows = await table.byValues(columns, lists);
    this.#add(def, rows);
    return rows;
  }
  async #all(def: TableDef): Promise<void> {
    if (this.#whole.has(def)) return;
    this.#whole.add(def);
    await this.#matching(def, []);
  }

  /** The children of the parents that come out. */
  async #includes(ast: Ast, steps: readonly Include[], all: boolean): Promise<void> {
    const prepared = prepare(this, bareQuery(ast));
    const envs = prepared.envs(all || ast.distinct ? EVERYTHING : windowOf(ast));
    for (const { query, on } of steps) {
      const columns = on.flatMap(({ child }) => plainColumn(child, query) ?? []);
      if (columns.length < on.length || query.steps.some(({ kind }) => kind === "group")) {
        await this.query({ ...query, after: undefined, offset: undefined, limit: undefined });
        continue;
      }
      const gets = on.map(({ ref }, i) => {
        const column = columns[i];
        return column ? valueFor(column, ref, prepared.joined) : () => null;
      });
      await this.#children(query, on.map(({ child }) => child), columns, gets, envs);
    }
  }
  async #children(
    query: Ast,
    refs: readonly Ref[],
    columns: readonly ColumnDef[],
    gets: readonly ((env: Env) => unknown)[],
    envs: readonly Env[],
  ): Promise<void> {
    const known = new Map(envs.map((env) => {
      const list = gets.map((get) => get(env));
      return [mapKeyOf(list), list];
    }));
    const lists = [...known.values()].filter((list) => !list.includes(null));
    if (windowOf(query).limit === Infinity) {
      await this.query(query, await this.#byValues(query.table, columns, lists));
      return;
    }
    for (let at = 0; at < lists.length; at += PARENTS) {
      await Promise.all(
        lists.slice(at, at + PARENTS).map((list) => this.query(equalTo(query, refs, list))),
      );
    }
  }
}

/** A query whose rows have some values too. */
function equalTo(query: Ast, refs: readonly Ref[], list: readonly unknown[]): Ast {
  const items = refs.map((ref, i): Cond => ({
    ...{ op: "eq", ref },
    operand: { kind: "value", value: list[i] },
  }));
  return { ...query, steps: [{ kind: "where", cond: { op: "and", items } }, ...query.steps] };
}

/** A query without what is added to its rows when they come out. */
function bareQuery(ast: Ast): Ast {
  return {
    ...ast,
    select: undefined,
    distinct: false,
    steps: ast.steps.filter(({ kind }) => kind !== "include"),
  };
}

/** Reads what a column must equal; null where it can't, as for a value of JSON of another type. */
function valueFor(column: ColumnDef, ref: Ref, joined: boolean): (env: Env) => unknown {
  const get = getter(ref, joined);
  if (ref.type !== "json") return get;
  const fits = (value: unknown): boolean =>
    column.type === "text"
      ? typeof value === "string"
      : column.type === "boolean"
      ? typeof value === "boolean"
      : typeof value === "number" && Number.isFinite(value);
  return (env) => {
    const value = get(env);
    return fits(value) ? value : null;
  };
}

/** The column of a query's own table that a path is. */
function plainColumn({ slot, json, column, type }: Ref, { table }: Ast): ColumnDef | undefined {
  const plain = slot === 0 && json.length === 0 && column?.table === table.name && type !== "json";
  return plain ? column : undefined;
}

/** All conditions of some that look into another table, wherever they are. */
export function existsIn(conds: readonly Cond[]): Exists[] {
  return conds.flatMap((cond) =>
    "items" in cond
      ? existsIn(cond.items)
      : cond.op === "not"
      ? existsIn([cond.item])
      : cond.op === "exists"
      ? [cond]
      : []
  );
}

function tablesOf({ table, where }: Exists): TableDef[] {
  return [table, ...(where ? existsIn([where]).flatMap(tablesOf) : [])];
}

/** The values of a position for the columns of an index after the equal ones, as far as they go. */
function positionIn(
  ast: Ast,
  { range }: Access,
  after: readonly unknown[] | undefined,
): readonly unknown[] | undefined {
  if (!range || !after) return undefined;
  const values = new Map(
    totalOrder(ast).map(({ ref }, i) => [ref.slot === 0 ? ref.column : undefined, after[i]]),
  );
  const found: unknown[] = [];
  for (const column of range.columns.slice(range.equal.length)) {
    if (!values.has(column)) break;
    found.push(values.get(column));
  }
  return found;
}
