import { DataError } from "../schema/errors.ts";
import { keyValues, mapKeyOf } from "../schema/key.ts";
import type { TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import {
  type Commit,
  type Entry,
  LiveResult,
  type Lives,
  livesOf,
  LiveSteps,
  patchedBy,
  type RowWrite,
  Slices,
  startsOf,
  type Tables,
  tableViews,
  topicsOf,
  unmovedBy,
  type ValueEntry,
  type Views,
  Watching,
  windowedBy,
} from "../engine/mod.ts";
import { type Asked, AskedView } from "./asked_view.ts";
import { Asker } from "./asker.ts";
import type { Core } from "./core.ts";
import { same } from "../schema/same.ts";
import { nextResult, rowKeys } from "./live_rows.ts";
import { checkAnswer, misread } from "./misread.ts";
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
    void core.closed.then(() => {
      told.asker.end();
      told.watching.end(
        new DataError("closed", "Cannot keep a live result as its database is open: it was closed"),
      );
    });
    return tables ? residentViews(core, tables, told.watching) : askedViews(core, told);
  }, startsOf(core));
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
  /** The time of the first commit that is not told yet. */
  #since = 0;
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
      ...(tables && { slices: new Slices(() => !scheduled()) }),
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
    this.#since = this.#core.clock;
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
      this.asker.run(about.length > 0 ? undefined : { entries, commit, since: this.#since });
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
    watching.share(name, () => {
      const made = of();
      return new AskedView<T>(watching, asker, core.adopted ? suspicious(made) : made);
    });
  return {
    ended: watching.ended,
    check: () => core.check(),
    rows(name, ast) {
      checked(core, ast);
      return asked<LiveResult>(name, () => {
        const steps = new LiveSteps();
        const keysOf = rowKeys(ast);
        const unmoved = unmovedBy(ast);
        // Of what others have made nobody knows how it reads what was written.
        const patched = core.adopted ? undefined : patchedBy(ast);
        const windowed = core.adopted ? undefined : windowedBy(ast); // as above
        const next = (
          before: LiveResult | undefined,
          rows: readonly StoredRow[],
          commit: Commit | undefined,
        ) => {
          const result = nextResult(steps, before, rows, keysOf);
          if (before && before !== result) {
            steps.push({ ops: undefined, commit, from: before, to: result });
          }
          return result;
        };
        return {
          topics: topicsOf(ast),
          request: { ask: "rows", query: ast },
          result(answer, before, commit) {
            return next(before, answer as readonly StoredRow[], commit); // to such a request
          },
          unmoved: (entries, { rows }) => unmoved?.(entries, rows) ?? false,
          patched(entries, before, commit) {
            const found = windowed?.(entries, before.rows);
            if (found && !found.missing) return () => next(before, found.rows, commit);
            const rows = patched?.(entries, before.rows);
            if (!rows) return undefined;
            return () => {
              if (rows === before.rows) return before;
              const known = { rows, keys: () => keysOf(rows) };
              const result = new LiveResult(steps, rows.length, known);
              steps.push({ ops: undefined, commit, from: before, to: result });
              return result;
            };
          },
          part(entries, before, commit) {
            const { rows, missing } = windowed?.(entries, before.rows) ?? {};
            if (!rows || !missing) return undefined;
            return {
              request: { ask: "rows", query: missing },
              // As above.
              result: (more) => next(before, [...rows, ...more as readonly StoredRow[]], commit),
            };
          },
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

/** The same over tables that others made, where an answer may be no value of the schema. */
function suspicious<T>(asked: Asked<T>): Asked<T> {
  const { request } = asked;
  return {
    ...asked,
    result(answer, before, commit) {
      checkAnswer(request, answer);
      return asked.result(answer, before, commit);
    },
    told: (error) => misread(request, error),
  };
}

/** The one row of an answer by key. */
function first(answer: unknown): StoredRow | undefined {
  // An answer to keys is a list of rows.
  return (answer as readonly (StoredRow | undefined)[])[0];
}
/** What was there before, where it is the same. */
function kept(value: unknown, before: unknown): unknown {
  return same(value, before) ? before : value;
}
