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
  readonly #byTable = { parent: new Map<TableDef, Link[]>(), child: new Map<TableDef, Link[]>() };

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
    const restricted: { link: Link; value: unknown }[] = [];
    const written = log.length;
    const referenced = new Map<Link, Map<MapKey, number>>();
    /** Whether a row got its reference after the parent had gone: then it was never a child of it. */
    const isLate = (link: Link, child: StoredRow, i: number): boolean => {
      let last = referenced.get(link);
      if (!last) referenced.set(link, last = lastReferences(link, log, written));
      return (last.get(keyIn(link.child.key, child)) ?? -1) > i;
    };
    // By index on purpose: what a cascade deletes may have references of its own.
    for (let i = 0; i < log.length; i++) {
      const entry = log[i];
      if (!entry || "value" in entry || entry.before.length === 0 || entry.kind === "evict") {
        continue;
      }
      for (const link of this.#of("parent", entry.data.def)) {
        const kept = entry.kind === "update" && !entry.columns.includes(link.target.name);
        if (kept || link.onDelete === "none") continue;
        for (const row of entry.before) {
          const value = row[link.target.name];
          if (value === null || hasParent(link, value)) continue;
          const children = childrenOf(link, value);
          if (children.length === 0) continue;
          const gone = !link.parents.get(keyIn(link.parent.key, row)) &&
            !children.some((child) => isLate(link, child, i));
          if (gone && link.onDelete === "cascade") cascade(link, children, engine);
          else if (gone && link.onDelete === "setNull") setNull(link, children, engine);
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

  #of(side: "parent" | "child", def: TableDef): readonly Link[] {
    let links = this.#byTable[side].get(def);
    if (!links) {
      links = this.#links.filter((reference) => reference[side] === def).map((reference) => ({
        ...reference,
        children: this.#data(reference.child),
        parents: this.#data(reference.parent),
      }));
      this.#byTable[side].set(def, links);
    }
    return links;
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

/** Which of the first writes of a log gave each child its reference last. */
function lastReferences(
  { children, child, column }: Link,
  log: readonly Entry[],
  count: number,
): Map<MapKey, number> {
  const last = new Map<MapKey, number>();
  for (let i = 0; i < count; i++) {
    const entry = log[i];
    if (!entry || "value" in entry || entry.data !== children) continue;
    if (!entry.columns.includes(column.name)) continue;
    for (const row of entry.after) last.set(keyIn(child.key, row), i);
  }
  return last;
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

function cascade(link: Link, before: StoredRow[], engine: { apply(entry: RowEntry): void }): void {
  engine.apply({ data: link.children, kind: "delete", columns: [], before, after: [] });
}

function setNull(link: Link, before: StoredRow[], engine: { apply(entry: RowEntry): void }): void {
  const patched = before.map((row) =>
    patchRow(link.child, row, [{ column: link.column, value: null }])
  );
  const columns = patched[0]?.columns ?? [];
  engine.apply({
    data: link.children,
    kind: "update",
    columns,
    before,
    after: patched.map(({ row }) => row),
  });
}
