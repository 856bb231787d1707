import { compareBytes } from "../../schema/key_bytes.ts";
import { keyIn, type MapKey, mapKeyOf } from "../../schema/key.ts";
import type { ColumnDef, IndexDef, TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Access } from "../../engine/access.ts";
import { eachRow } from "../../engine/scan.ts";
import { compareBy } from "../../engine/table_data.ts";
import { matching, taken } from "../../engine/mod.ts";
import type { Effect } from "../../db/driver.ts";
import { ENTRIES, result, type Stores } from "../log/idb_connection.ts";
import { corrupt } from "../log/record.ts";
import { valuesOf } from "./batched.ts";
import { countKey, type KeptTable } from "./catalog.ts";
import {
  idBytes,
  idOf,
  type Key,
  keyOfRow,
  keyOfValues,
  keyRange,
  type Span,
  spanOf,
  spansOf,
} from "./row_keys.ts";
import { rowOfRecord } from "./row_record.ts";
import type { RowWrites, TableWrites } from "./row_writes.ts";
import { hasAny } from "./taken.ts";

/** Rows that are read at a time, at most; of rows with bytes, which may be large, far fewer. */
const PAGE = 500;
const BYTES_PAGE = 16;
/** Requests that are under way at a time. */
const REQUESTS = 500;

/** What a walk over rows is to give. */
export interface Walk {
  /** So many rows come first; each page after that has more. */
  readonly first: number;
  /** The values of the order's columns where it begins, if it is seekable. */
  readonly after?: readonly unknown[] | undefined;
}

/** A table that is kept a record a row, in one transaction, with what was written and is held back. */
export class RowTable {
  readonly #stores: Stores;
  readonly #kept: KeptTable;
  readonly #writes: RowWrites;

  constructor(readonly def: TableDef, stores: Stores, kept: KeptTable, writes: RowWrites) {
    this.#stores = stores;
    this.#kept = kept;
    this.#writes = writes;
  }

  get #own(): TableWrites | undefined {
    return this.#writes.of(this.def);
  }
  #source(index: IndexDef | undefined): IDBObjectStore | IDBIndex {
    const { rows } = this.#stores;
    return index ? rows.index(ENTRIES) : rows;
  }
  #row(record: unknown): StoredRow {
    return rowOfRecord(this.def, this.#kept, record);
  }
  /** What is stored and was not written since. */
  #unwritten(rows: readonly StoredRow[]): readonly StoredRow[] {
    const own = this.#own;
    return own ? rows.filter((row) => !own.stored.has(keyIn(this.def.key, row))) : rows;
  }

  /** The rows with some keys, in their order. */
  async byKeys(keys: readonly (readonly unknown[])[]): Promise<(StoredRow | undefined)[]> {
    const own = this.#own;
    return await inParts(keys, async (key) => {
      const at = mapKeyOf(key);
      if (own?.stored.has(at)) return own.data.get(at);
      const { id } = this.#kept;
      const record = await result(this.#stores.rows.get(keyOfValues(id, this.def.key, key)));
      return record === undefined ? undefined : this.#row(record);
    });
  }

  /** The rows whose columns have the values of one of some lists, each once; null matches nothing. */
  async byValues(
    columns: readonly ColumnDef[],
    lists: readonly (readonly unknown[])[],
  ): Promise<readonly StoredRow[]> {
    const values = distinct(lists);
    if (values.length === 0) return [];
    const own = this.#own;
    const written = own ? matching(own.data, { columns, values }) : [];
    return [...this.#unwritten(await this.#storedByValues(columns, values)), ...written];
  }
  async #storedByValues(
    columns: readonly ColumnDef[],
    lists: readonly (readonly unknown[])[],
  ): Promise<StoredRow[]> {
    const wanted = new Set(lists.map(mapKeyOf));
    const fits = (row: StoredRow) => wanted.has(keyIn(columns, row));
    const served = servedBy(this.def, columns);
    if (!served) {
      const found: StoredRow[] = [];
      for await (
        const rows of this.#pages([spanOf(idBytes(this.#kept.id))], undefined, false, PAGE)
      ) {
        for (const row of rows) if (fits(row)) found.push(row);
      }
      return found;
    }
    const { index, order } = served;
    const id = idOf(this.#kept, index);
    const keys = new Map(lists.map((list) => {
      const values = order.map((column) => list[columns.indexOf(column)]);
      return [mapKeyOf(values), keyOfValues(id, this.def.withKey(index?.columns ?? []), values)];
    }));
    const rows = await inParts([...keys.values()], async (key) => {
      const found: StoredRow[] = [];
      for await (const page of this.#pages([spanOf(key)], index, false, PAGE)) found.push(...page);
      return found;
    });
    return rows.flat().filter(fits);
  }

  /**
   * Rows that an access reaches, in pages, before its residual: all of them when it has ended, and
   * up to then all that come before the last one in the order of an ordered access.
   */
  async *walk(access: Access, { first, after }: Walk): AsyncGenerator<readonly StoredRow[], void> {
    const own = this.#own;
    const written: StoredRow[] = [];
    if (own) eachRow(own.data, access, (row) => written.push(row) > 0);
    const { range, ordered, desc } = access;
    if (access.keys) {
      yield [...this.#unwritten(await this.#byAccessKeys(access)), ...written];
      return;
    }
    const spans = range ? spansOf(this.#kept, range) : [spanOf(idBytes(this.#kept.id))];
    const index = range?.index;
    if (range && after) {
      const { columns, equal } = range;
      const start = keyOfValues(idOf(this.#kept, index), columns, [
        ...equal.map((value) => value()),
        ...after,
      ]);
      spans.splice(0, Infinity, ...spans.map((span) => beginning(span, start, desc)));
    }
    const compare = range && compareBy(range.columns);
    const whole = !own && !after && !isNarrowed(range);
    let count = 0;
    let rest = written;
    for await (const page of this.#pages(spans, index, desc, first)) {
      count += page.length;
      const last = page.at(-1);
      const passed = (row: StoredRow) =>
        !ordered || !compare || !last || (desc ? compare(row, last) >= 0 : compare(row, last) <= 0);
      yield [...this.#unwritten(page), ...rest.filter(passed)];
      rest = rest.filter((row) => !passed(row));
    }
    if (whole && count !== await this.storedCount()) throw corrupt("rows are missing");
    yield rest;
  }
  async #byAccessKeys({ unique, keys }: Access): Promise<StoredRow[]> {
    const values = keys?.() ?? [];
    if (unique) return await this.#storedByValues(unique.columns, values);
    const id = this.#kept.id;
    const rows = await inParts(values, async (key) => {
      const record = await result(this.#stores.rows.get(keyOfValues(id, this.def.key, key)));
      return record === undefined ? [] : [this.#row(record)];
    });
    return rows.flat();
  }

  /** The first rows that are stored after one, in key order. */
  async page(after: StoredRow | undefined, count: number): Promise<StoredRow[]> {
    const { to, from } = spanOf(idBytes(this.#kept.id));
    const start = after ? keyOfRow(this.def, this.#kept, after) : from;
    const range = keyRange({ from: start, to }, after !== undefined);
    const records = range ? await valuesOf(this.#stores.rows, range, count, false) : [];
    return records.map((record) => this.#row(record));
  }

  /** How many rows an access reaches of those that are stored. */
  async count({ range, keys, ...access }: Access): Promise<number> {
    if (keys) return (await this.#byAccessKeys({ ...access, keys })).length;
    if (!range) return await this.storedCount();
    const source = this.#source(range.index);
    const counts = await inParts(spansOf(this.#kept, range), async (span) => {
      const query = keyRange(span);
      return query ? await result(source.count(query)) : 0;
    });
    return counts.reduce((sum, count) => sum + count, 0);
  }
  /** How many rows are stored. */
  async storedCount(): Promise<number> {
    return await rowCount(this.#stores, this.#kept);
  }
  /** What was written and is not stored. */
  get written(): TableWrites | undefined {
    return this.#own;
  }

  async *#pages(
    spans: readonly Span[],
    index: IndexDef | undefined,
    desc: boolean,
    first: number,
  ): AsyncGenerator<StoredRow[], void> {
    const most = this.def.columns.some(({ type }) => type === "bytes") ? BYTES_PAGE : PAGE;
    const source = this.#source(index);
    let size = Math.max(1, Math.min(first, most));
    for (const span of desc ? spans.toReversed() : spans) {
      let { from, to } = span;
      let open = false;
      for (;;) {
        const range = keyRange({ from, to }, open);
        if (!range) break;
        const page = (await valuesOf(source, range, size, desc)).map((record) => this.#row(record));
        if (page.length > 0) yield page;
        const last = page.at(-1);
        if (!last || page.length < size) break;
        const key = keyOfRow(this.def, this.#kept, last, index);
        if (desc) to = key;
        else {
          from = key;
          open = true;
        }
        size = Math.min(size * 2, most);
      }
    }
  }

  /**
   * Takes in an effect.
   *
   * @throws {DataError} With code `"constraint"` when a key or unique value is taken.
   */
  async write(effect: Effect): Promise<void> {
    const { before, after, kind } = effect;
    const own = this.#own;
    if (kind === "insert") await this.#checkKeys(after, own);
    for (const index of this.def.indexes) {
      if (!index.unique || after.length === 0) continue;
      const written = kind === "insert" ||
        index.columns.some(({ name }) => effect.columns.includes(name));
      if (written) await this.#checkUnique(index, before, after, own);
    }
    this.#writes.add(effect);
  }
  async #checkKeys(rows: readonly StoredRow[], own: TableWrites | undefined): Promise<void> {
    const { key } = this.def;
    const keys = new Set<MapKey>();
    const unknown: Key[] = [];
    for (const row of rows) {
      const at = keyIn(key, row);
      if (keys.has(at) || own?.data.get(at)) throw taken(this.def, undefined);
      keys.add(at);
      if (!own?.stored.has(at)) unknown.push(keyOfRow(this.def, this.#kept, row));
    }
    if (await hasAny(this.#stores.rows, unknown, () => false)) throw taken(this.def, undefined);
  }
  async #checkUnique(
    index: IndexDef,
    before: readonly StoredRow[],
    after: readonly StoredRow[],
    own: TableWrites | undefined,
  ): Promise<void> {
    const given = new Set(before.map((row) => keyIn(index.columns, row)));
    const values = new Set<MapKey>();
    const unknown: Key[] = [];
    for (const row of after) {
      const list = index.columns.map(({ name }) => row[name]);
      if (list.includes(null)) continue; // null never collides
      const at = mapKeyOf(list);
      if (values.has(at) || !given.has(at) && own?.data.getUnique(index, at)) {
        throw taken(this.def, index);
      }
      values.add(at);
      if (!given.has(at)) unknown.push(keyOfValues(idOf(this.#kept, index), index.columns, list));
    }
    // What was written since has another value now, or was looked at.
    let written: Set<string> | undefined;
    const skip = (key: Key) => (written ??= this.#storedKeys(own)).has(text(key));
    if (await hasAny(this.#source(index), unknown, skip)) throw taken(this.def, index);
  }
  /** The keys of what is stored and was written since. */
  #storedKeys(own: TableWrites | undefined): Set<string> {
    const keys = new Set<string>();
    for (const row of own?.stored.values() ?? []) {
      if (row) keys.add(text(keyOfRow(this.def, this.#kept, row)));
    }
    return keys;
  }
}

function text(key: Uint8Array): string {
  return key.join();
}

function isNarrowed(range: Access["range"]): boolean {
  return range !== undefined &&
    (range.equal.length > 0 || !!range.list || !!range.low || !!range.high);
}

/** How many rows of a table are stored. */
export async function rowCount({ state }: Stores, kept: KeptTable): Promise<number> {
  const count: unknown = await result(state.get(countKey(kept)));
  if (typeof count === "number") return count;
  throw corrupt("the number of rows of a table is missing");
}

/** A span from a position on, which it holds; of a walk back, up to it. */
function beginning({ from, to }: Span, start: Key, desc: boolean): Span {
  const end = spanOf(start).to;
  if (desc) return { from, to: compareBytes(end, to) < 0 ? end : to };
  return { from: compareBytes(start, from) > 0 ? start : from, to };
}

/** Lists of values without null, each once. */
function distinct(lists: readonly (readonly unknown[])[]): (readonly unknown[])[] {
  const known = new Map(lists.map((list) => [mapKeyOf(list), list]));
  return [...known.values()].filter((list) => !list.includes(null));
}

/** The key or the index that begins with some of the columns, and these in its order. */
function servedBy(
  def: TableDef,
  columns: readonly ColumnDef[],
): { readonly index: IndexDef | undefined; readonly order: readonly ColumnDef[] } | undefined {
  let best: ReturnType<typeof servedBy>;
  for (const index of [undefined, ...def.indexes]) {
    const all = def.withKey(index?.columns ?? []);
    const other = all.findIndex((column) => !columns.includes(column));
    const order = all.slice(0, other < 0 ? all.length : other);
    if (order.length > (best?.order.length ?? 0)) best = { index, order };
  }
  return best;
}

/** Asks for all of a list, so many at a time. */
async function inParts<T, R>(list: readonly T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (let at = 0; at < list.length; at += REQUESTS) {
    answers.push(...await Promise.all(list.slice(at, at + REQUESTS).map(ask)));
  }
  return answers;
}
