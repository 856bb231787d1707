import { keyValues } from "../../schema/key.ts";
import type { TableDef } from "../../schema/table.ts";
import type { StoredRow } from "../../schema/types.ts";
import { asked, type Asking } from "./asking.ts";
import type { Cells } from "./decode.ts";
import type { Dialect } from "./dialect.ts";
import { columnOf } from "./expression.ts";
import { Selection } from "./output.ts";

/** How rows of a table are read by key: one text a table, made once. */
export interface KeyRead {
  readonly text: string;
  /** The statement up to its conditions. */
  readonly select: string;
  /** The parameters for a key that a user gave; see `keyValues` for the errors. */
  params(key: unknown): unknown[];
  read(cells: Cells): StoredRow | null;
}

/** Compiles the read by key of a table. */
export function compileGet(def: TableDef, dialect: Dialect): KeyRead {
  const slot = { alias: "s0", table: def, nullable: false };
  const selection = new Selection({ dialect, slots: [slot] });
  const read = selection.row(slot);
  const tests = def.key.map(({ name, type }, i) =>
    `${columnOf(dialect, slot, name)} = ${dialect.mark(i + 1, type)}`
  );
  const select = `SELECT ${selection.list.join(", ")} FROM ${dialect.quote(def.name)} AS s0 WHERE `;
  const types = def.key.map(({ type }) => type);
  return {
    text: select + tests.join(" AND "),
    select,
    read,
    params: (key) => keyValues(def, key).map((value, i) => dialect.bind(types[i] ?? "text", value)),
  };
}

/** The row with a key. */
export function* getRow(get: KeyRead, key: unknown): Asking<StoredRow | undefined> {
  const [cells] = yield* asked({ text: get.text, params: get.params(key) });
  return cells && (get.read(cells) ?? undefined);
}
