import { keyIn, type MapKey } from "../../schema/key.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Commit, Entry, RowEntry } from "../commit.ts";
import type { TableData } from "../table_data.ts";
import { same } from "../../schema/same.ts";

/** What became of one row, or of one group. */
export interface RowChange {
  readonly key: MapKey;
  readonly before: StoredRow | undefined;
  readonly after: StoredRow | undefined;
}

const NONE: readonly RowChange[] = [];

/** The net changes of a commit, worked out once for all views and only for tables asked for. */
export class Changes {
  readonly #entries: readonly Entry[];
  /** The table that was asked for first; most commits concern one. */
  #first: TableData | undefined;
  #net: readonly RowChange[] = [];
  #others: Map<TableData, readonly RowChange[]> | undefined;
  constructor(entries: readonly Entry[], readonly commit: Commit | undefined) {
    this.#entries = entries;
  }

  /** One change for each row of a table whose content is another. */
  of(data: TableData): readonly RowChange[] {
    if (this.#first === data) return this.#net;
    if (!this.#first) {
      this.#first = data;
      return this.#net = this.#netOf(data);
    }
    this.#others ??= new Map();
    let net = this.#others.get(data);
    if (!net) this.#others.set(data, net = this.#netOf(data));
    return net;
  }

  #netOf(data: TableData): readonly RowChange[] {
    const [first] = this.#entries;
    if (first && this.#entries.length === 1 && "data" in first && first.data === data) {
      const { before, after } = first;
      const [from] = before;
      const [to] = after;
      // A list that grows has room for many.
      if (before.length < 2 && after.length < 2) {
        const change = { key: keyIn(data.def.key, to ?? from ?? {}), before: from, after: to };
        return differs(data, change, first.columns) ? [change] : NONE;
      }
    }
    const changes: RowChange[] = [];
    let count = 0;
    let only: RowEntry | undefined;
    for (const entry of this.#entries) {
      if (!("data" in entry) || entry.data !== data) continue;
      only = ++count === 1 ? entry : undefined;
      const { before, after } = entry;
      const { length } = before.length > after.length ? before : after;
      for (let i = 0; i < length; i++) {
        const key = keyIn(data.def.key, after[i] ?? before[i] ?? {});
        changes.push({ key, before: before[i], after: after[i] });
      }
    }
    const net = count > 1 ? merged(changes) : changes;
    // Most writes change what they name.
    const columns = only?.columns ?? [];
    return net.every((change) => differs(data, change, columns))
      ? net
      : net.filter((change) => differs(data, change, columns));
  }
}

function differs(
  data: TableData,
  { before, after }: RowChange,
  columns: readonly string[],
): boolean {
  if (!before || !after) return before !== after;
  for (const name of columns) {
    const x = before[name];
    const y = after[name];
    if (x !== y && !same(x, y)) return true;
  }
  return !sameRow(data, before, after);
}

function sameRow({ def }: TableData, a: StoredRow, b: StoredRow): boolean {
  if (a === b) return true;
  for (const { name } of def.columns) {
    const x = a[name];
    const y = b[name];
    if (x !== y && !same(x, y)) return false;
  }
  return true;
}

/** Several changes of one row as one: its first state, its last. */
function merged(changes: readonly RowChange[]): RowChange[] {
  const net = new Map<MapKey, RowChange>();
  for (const change of changes) {
    const known = net.get(change.key);
    net.set(change.key, known ? { ...change, before: known.before } : change);
  }
  return [...net.values()];
}
