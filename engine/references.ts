import { placeName } from "../schema/accept.ts";
import { DataError } from "../schema/errors.ts";
import { keyIn, type MapKey, mapKey } from "../schema/key.ts";
import type { Reference } from "../schema/open.ts";
import { patchRow } from "../schema/row.ts";
import type { TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Entry, RowEntry } from "./commit.ts";
import type { TableData } from "./table_data.ts";

/** A reference with the rows of both sides. */
interface Link extends Reference {
  readonly children: TableData;
  readonly parents: TableData;
}

/** Keeps the references of a schema when a transaction commits. */
export class References {
  readonly #links: readonly Reference[];
  readonly #data: (def: TableDef) => TableData;

  constructor(references: readonly Reference[], data: (def: TableDef) => TableData) {
    this.#links = references;
    this.#data = data;
  }

  /**
   * Follows the deletes of a transaction to the rows that reference them, then checks what is left.
   * The log grows by what the engine applies.
   *
   * @throws {DataError} With code `"constraint"` and the rule `"reference"`.
   */
  settle(log: readonly Entry[], engine: { apply(entry: RowEntry): void }): void {
    if (this.#links.length === 0) return;
    const apply = (entry: RowEntry) => engine.apply(entry);
    const restricted: { link: Link; value: unknown }[] = [];
    const written = log.length;
    // By index on purpose: what a cascade deletes may have references of its own.
    for (let i = 0; i < log.length; i++) {
      const entry = log[i];
      if (!entry || "value" in entry || entry.before.length === 0 || entry.kind === "evict") {
        continue;
      }
      for (const link of this.#of("parent", entry.data.def)) {
        if (link.onDelete === "none") continue;
        const late = writtenAfter(link, log.slice(i + 1, written));
        for (const row of entry.before) {
          const value = row[link.target.name];
          if (value === null || hasParent(link, value)) continue;
          const children = childrenOf(link, value);
          const gone = !link.parents.get(keyIn(link.parent.key, row)) &&
            !children.some((child) => late.has(keyIn(link.child.key, child)));
          if (gone && link.onDelete === "cascade") cascade(link, children, apply);
          else if (gone && link.onDelete === "setNull") setNull(link, children, apply);
          else restricted.push({ link, value });
        }
      }
    }
    for (const { link, value } of restricted) {
      if (childrenOf(link, value, true).length > 0) {
        throw broken(link, "a row still references what is gone");
      }
    }
    for (const entry of log) {
      if (!("value" in entry)) this.#checkParents(entry);
    }
  }

  #of(side: "parent" | "child", def: TableDef): Link[] {
    return this.#links.filter((reference) => reference[side] === def).map((reference) => ({
      ...reference,
      children: this.#data(reference.child),
      parents: this.#data(reference.parent),
    }));
  }

  #checkParents({ data, kind, columns, after }: RowEntry): void {
    if (after.length === 0) return;
    for (const link of this.#of("child", data.def)) {
      if (kind === "update" && !columns.includes(link.column.name)) continue;
      for (const written of after) {
        const row = data.get(keyIn(data.def.key, written));
        const value = row?.[link.column.name] ?? null;
        if (value !== null && !hasParent(link, value)) throw broken(link, "there is no such row");
      }
    }
  }
}

function broken({ child, column, parent, target }: Reference, state: string): DataError {
  return new DataError(
    "constraint",
    `Cannot write ${placeName(column)} as it references ${
      placeName({ table: parent.name, name: target.name })
    }: ${state}`,
    { table: child.name, columns: [column.name], rule: "reference" },
  );
}

function hasParent({ parent, parents, target }: Link, value: unknown): boolean {
  const index = parent.indexes.find(({ unique, columns }) =>
    unique && columns.length === 1 && columns[0] === target
  );
  const key = mapKey(value);
  return (index ? parents.getUnique(index, key) : parents.get(key)) !== undefined;
}

/** The rows that got their reference by these writes: never children of what had gone before. */
function writtenAfter({ children, child, column }: Link, log: readonly Entry[]): Set<MapKey> {
  const keys = new Set<MapKey>();
  for (const entry of log) {
    if ("value" in entry || entry.data !== children || !entry.columns.includes(column.name)) {
      continue;
    }
    for (const row of entry.after) keys.add(keyIn(child.key, row));
  }
  return keys;
}

/** The rows whose column has the value; with `one` at most the first. */
function childrenOf({ child, children, column }: Link, value: unknown, one = false): StoredRow[] {
  const index = child.indexes.find(({ columns }) => columns[0] === column);
  const order = children.order(index);
  const bound = (row: StoredRow) => column.compare(row[column.name], value);
  const found: StoredRow[] = [];
  order.each(order.seek(bound, false), order.seek(bound, true), false, (row) => {
    found.push(row);
    return !one;
  });
  return found;
}

function cascade(link: Link, before: StoredRow[], apply: (entry: RowEntry) => void): void {
  if (before.length > 0) {
    apply({ data: link.children, kind: "delete", columns: [], before, after: [] });
  }
}

function setNull(link: Link, before: StoredRow[], apply: (entry: RowEntry) => void): void {
  if (before.length === 0) return;
  const patched = before.map((row) =>
    patchRow(link.child, row, [{ column: link.column, value: null }])
  );
  const columns = patched[0]?.columns ?? [];
  apply({
    data: link.children,
    kind: "update",
    columns,
    before,
    after: patched.map(({ row }) => row),
  });
}
