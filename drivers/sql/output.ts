import type { DraftRow } from "../../schema/row.ts";
import type { StoredRow } from "../../schema/types.ts";
import type { Ast, Ref } from "../../query/ast.ts";
import { putAt } from "../../engine/group.ts";
import { type Cells, decodePair, decodeValue, rowReader } from "./decode.ts";
import { columnOf, exprOf, type Scope, type Slot } from "./expression.ts";
import type { Body } from "./stage.ts";

/** Reads one value, or one row, from the cells of a row. */
export type Read = (cells: Cells) => unknown;

/** The list of what a statement selects, while it is written. */
export class Selection {
  readonly list: string[] = [];
  constructor(readonly scope: Scope) {}

  #add(sql: string): number {
    return this.list.push(sql) - 1;
  }

  /** The value at a path. */
  value(ref: Ref): Read {
    const { dialect } = this.scope;
    const expr = exprOf(this.scope, ref);
    if (expr.kind === "pair") {
      const at = this.#add(expr.rank);
      this.#add(expr.scalar);
      return (cells) => decodePair(cells[at], cells[at + 1], dialect);
    }
    const doc = expr.kind === "doc";
    const at = this.#add(
      doc ? dialect.json.raw(expr.doc, expr.path) : dialect.result(expr.type, expr.sql),
    );
    const type = doc ? "json" : expr.type;
    return (cells) => decodeValue(type, cells[at]);
  }

  /** A whole row of a table; null where a left join found none. */
  row(slot: Slot): (cells: Cells) => StoredRow | null {
    const { table } = slot;
    if (!table) throw new Error("Cannot select a row as it is of a table: it is of a group");
    const { dialect } = this.scope;
    const from = this.list.length;
    for (const { name, type } of table.columns) {
      this.#add(dialect.result(type, columnOf(dialect, slot, name)));
    }
    const read = rowReader(table, from);
    if (!slot.nullable) return read;
    const key = from + (table.key[0]?.index ?? 0);
    return (cells) => cells[key] === null ? null : read(cells);
  }
}

/** A part of a result: where it goes, and how it is read; the children of an include come later. */
export interface Part {
  readonly to: readonly string[];
  readonly read: Read | undefined;
  /** Which include of the last stage it is. */
  readonly include: number;
}

/** Gives rows the shape that the query asks for; `kids` has the rows of each include. */
export type Assemble = (cells: Cells, kids: readonly (readonly StoredRow[])[]) => StoredRow;

type Base = (cells: Cells) => StoredRow | null;

/** Selects what a query's result needs, and says how it is put together. */
export function outputOf(ast: Ast, body: Body, selection: Selection): Assemble {
  const { scope, steps, group } = body;
  const parts: Part[] = [];
  const value = (to: readonly string[], read: Read) => parts.push({ to, read, include: -1 });
  const places = steps.includes.map(({ as }) => as);
  const include = (to: readonly string[], as: string) =>
    parts.push({ to, read: undefined, include: places.indexOf(as) });
  const slotRow = (slot: number): Read => {
    const found = scope.slots[slot];
    return found ? selection.row(found) : missing;
  };
  if (ast.select) {
    for (const { ref, to } of ast.select) {
      if (ref.type === "rows") include(to, ref.path);
      else if (ref.type !== "row") value(to, selection.value(ref));
      else if (!scope.slots[ref.slot]?.columns) value(to, slotRow(ref.slot));
      else {
        // An object that a group nests: the paths below it.
        for (const { path } of group?.paths ?? []) {
          if (!path.startsWith(`${ref.path}.`)) continue;
          const below = path.slice(ref.path.length + 1).split(".");
          value([...to, ...below], selection.value(ast.shape.resolve(path)));
        }
      }
    }
    return assembleOf(undefined, parts);
  }
  const [root] = scope.slots;
  let base: Base | undefined;
  if (group) {
    const names = [
      ...group.paths.map(({ path }) => path),
      ...group.aggregates.map(([name]) => name),
    ];
    for (const path of names) value(path.split("."), selection.value(ast.shape.resolve(path)));
  } else if (root) base = selection.row(root);
  for (const { as, slot } of steps.joins) value([as], slotRow(slot));
  for (const { as } of steps.includes) include([as], as);
  return assembleOf(base, parts);
}

/** Made here, so that what it keeps are the parts and nothing of a query's values. */
function assembleOf(base: Base | undefined, parts: readonly Part[]): Assemble {
  if (!base) return (cells, kids) => assembled({}, parts, cells, kids);
  if (parts.length === 0) return (cells) => base(cells) ?? {};
  return (cells, kids) => assembled({ ...base(cells) }, parts, cells, kids);
}

function missing(): null {
  return null;
}

function assembled(
  row: DraftRow,
  parts: readonly Part[],
  cells: Cells,
  kids: readonly (readonly StoredRow[])[],
): StoredRow {
  for (const { to, read, include } of parts) {
    putAt(row, to, read ? read(cells) : kids[include] ?? []);
  }
  return row;
}

/** Which includes a result shows. */
export function shownIncludes({ select }: Ast, { steps }: Body): boolean[] {
  return steps.includes.map(({ as }) => !select || select.some(({ ref }) => ref.path === as));
}
