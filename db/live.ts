import { DataError } from "../schema/errors.ts";
import { keyValues, type MapKey, mapKeyOf, tupleKey } from "../schema/key.ts";
import { isPlainObject } from "../schema/json_value.ts";
import type { TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Ast, Ref } from "../query/ast.ts";
import { resultNames } from "../query/order.ts";
import {
  type Commit,
  type Entry,
  LiveResult,
  type Lives,
  livesOf,
  LiveSteps,
  type RowWrite,
  type Tables,
  tableViews,
  topicsOf,
  unmovedBy,
  type ValueEntry,
  type Views,
  Watching,
} from "../engine/mod.ts";
import { type Asked, AskedView } from "./asked_view.ts";
import { Asker } from "./asker.ts";
import type { Core } from "./core.ts";
import { sameAnswer } from "./equal.ts";
import { valueColumn, valueOf } from "./values.ts";
import { checked } from "./works.ts";

/**
 * Live results of a database. Where the driver has its tables in memory they are maintained as those of a
 * store are; else the driver is asked again after each commit that can concern them.
 */
export function databaseLives(core: Core): Omit<Lives, "changes"> {
  return livesOf(() => {
    core.check();
    // A driver that has tables has those of the engine.
    const tables = core.session.live() as Tables | undefined;
    const told: Told = new Told(core, tables);
    core.watch = (entries, commit) => told.committed(entries, commit);
    core.watchOutside = (concerned) => told.outside(concerned);
    core.session.listen(true);
    void core.closed.then(() =>
      told.watching.end(
        new DataError("closed", "Cannot keep a live result as its database is open: it was closed"),
      )
    );
    return tables ? residentViews(core, tables, told.watching) : askedViews(core, told);
  });
}

/**
 * Brings views up to commits: those that are told in one turn at once, as the tables hold all of them.
 * A view that is first computed in between has seen some of them, nobody knows which.
 */
class Told {
  readonly watching: Watching;
  readonly asker: Asker;
  readonly #core: Core;
  readonly #tables: Tables | undefined;
  #entries: (RowWrite | ValueEntry)[] = [];
  #about: unknown[] = [];
  #commits: Commit[] = [];
  #scheduled = false;

  constructor(core: Core, tables: Tables | undefined) {
    this.#core = core;
    this.#tables = tables;
    const scheduled = () => this.#scheduled;
    this.watching = new Watching({
      get seq() {
        return core.clock;
      },
      get inTransaction() {
        return scheduled();
      },
    });
    this.asker = new Asker(this.watching, core.session);
  }

  committed(entries: readonly (RowWrite | ValueEntry)[], commit: Commit): void {
    if (this.watching.any) {
      for (const entry of entries) this.#entries.push(entry);
      this.#commits.push(commit);
    } else this.watching.touched([], []);
    this.#schedule();
  }
  outside(concerned: readonly TableDef[]): void {
    const { values, schema } = this.#core;
    for (const table of concerned) {
      if (table !== values) this.#about.push(table);
      else this.#about.push(...schema.values.keys());
    }
    this.#schedule();
  }
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#tell());
  }
  #tell(): void {
    this.#scheduled = false;
    const entries = this.#entries;
    const about = this.#about;
    const [only, more] = this.#commits;
    const commit = more || about.length > 0 ? undefined : only;
    this.#entries = [];
    this.#about = [];
    this.#commits = [];
    const tables = this.#tables;
    if (!tables || about.length > 0) {
      this.watching.touched(entries, about);
      this.asker.run(about.length > 0 ? undefined : { entries, commit });
      return;
    }
    const located = entries.map((entry): Entry =>
      "value" in entry ? entry : { ...entry, data: tables.data(entry.data.def) }
    );
    this.watching.committed(located, commit);
  }
}

function residentViews(core: Core, tables: Tables, watching: Watching): Views {
  return tableViews({
    check: () => core.check(),
    data: (table) => tables.data(core.table(table)),
    getValue(name) {
      valueColumn(core.schema, name);
      return valueOf(tables.data(core.values).get(name), core.presets.get(name));
    },
  }, watching);
}

function askedViews(core: Core, { watching, asker }: Told): Views {
  const asked = <T>(name: string, of: () => Asked<T>) =>
    watching.share(name, () => new AskedView<T>(watching, asker, of()));
  return {
    ended: watching.ended,
    check: () => core.check(),
    rows(name, ast) {
      checked(core, ast);
      return asked<LiveResult>(name, () => {
        const steps = new LiveSteps();
        const keysOf = rowKeys(ast);
        const unmoved = unmovedBy(ast);
        return {
          topics: topicsOf(ast),
          request: { ask: "rows", query: ast },
          result(answer, before, commit) {
            // The answer to such a request.
            const result = nextResult(steps, before, answer as readonly StoredRow[], keysOf);
            if (before && before !== result) {
              steps.push({ ops: undefined, commit, from: before, to: result });
            }
            return result;
          },
          unmoved: (entries, { rows }) => unmoved?.(entries, rows) ?? false,
        };
      });
    },
    count(name, ast) {
      checked(core, ast);
      const unmoved = unmovedBy(ast);
      return asked<number>(name, () => ({
        topics: topicsOf(ast),
        request: { ask: "count", query: ast },
        result: (answer) => Number(answer),
        unmoved: (entries) => unmoved?.(entries, []) ?? false,
      }));
    },
    row(table, key) {
      const def = core.table(table);
      const values = keyValues(def, key);
      const at = mapKeyOf(values);
      return asked<unknown>(`row ${JSON.stringify(def.name)} ${typeof at} ${at}`, () => ({
        topics: [{ on: def, guard: { columns: def.key, keys: [at] } }],
        request: { ask: "keys", table: def, keys: [values] },
        result: (answer, before) => kept(first(answer), before),
      }));
    },
    value(name) {
      valueColumn(core.schema, name);
      return asked<unknown>(`value ${name}`, () => ({
        topics: [{ on: name }],
        request: { ask: "keys", table: core.values, keys: [[name]] },
        result: (answer, before) => kept(valueOf(first(answer), core.presets.get(name)), before),
      }));
    },
  };
}

/** The one row of an answer by key. */
function first(answer: unknown): StoredRow | undefined {
  // An answer to keys is a list of rows.
  return (answer as readonly (StoredRow | undefined)[])[0];
}
/** What was there before, where it is the same. */
function kept(value: unknown, before: unknown): unknown {
  return sameAnswer(value, before) ? before : value;
}

/** A result whose rows are the objects from before where their content is; itself when all are. */
function nextResult(
  steps: LiveSteps,
  before: LiveResult | undefined,
  answer: readonly StoredRow[],
  keysOf: (rows: readonly StoredRow[]) => readonly MapKey[],
): LiveResult {
  const keys = keysOf(answer);
  const old = before?.known;
  const known = new Map(old?.keys().map((key, i) => [key, old.rows[i]]));
  const rows = answer.map((row, i) => {
    const found = known.get(keys[i] ?? null);
    return found && sameAnswer(found, row) ? found : row;
  });
  const unchanged = old?.rows.length === rows.length && rows.every((row, i) => row === old.rows[i]);
  return unchanged && before
    ? before
    : new LiveResult(steps, rows.length, () => ({ rows, keys: () => keys }));
}

/** What tells the rows of a result from each other: their keys where they have them, else their places. */
function rowKeys(ast: Ast): (rows: readonly StoredRow[]) => readonly MapKey[] {
  const refs: readonly Ref[] = ast.distinct && ast.select
    ? ast.select.map(({ ref }) => ref)
    : ast.shape.keys;
  const paths = refs.map((ref) => resultNames(ast, ref));
  if (paths.includes(undefined)) {
    return (rows) => rows.map((_, i) => i);
  }
  return (rows) => rows.map((row) => tupleKey(paths.map((path) => valueAt(row, path ?? []))));
}
function valueAt(row: StoredRow, path: readonly string[]): unknown {
  let value: unknown = row;
  for (const name of path) {
    value = isPlainObject(value) && Object.hasOwn(value, name) ? value[name] : null;
  }
  return value ?? null;
}
