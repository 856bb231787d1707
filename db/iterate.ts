import { isPlainObject } from "../schema/json_value.ts";
import type { DraftRow } from "../schema/row.ts";
import type { StoredRow } from "../schema/types.ts";
import type { Ast, Selected } from "../query/ast.ts";
import { rowPosition } from "../query/cursor.ts";
import { putAt, windowOf } from "../engine/mod.ts";
import type { Maybe } from "./driver.ts";

/** How many rows a page has. */
const PAGE = 500;

/**
 * The rows of a query in pages by key, so that memory stays as it is however many there are. Groups and
 * distinct rows have no key that lasts from page to page: they are read at once.
 */
export async function* iterateRows(
  ast: Ast,
  read: (page: Ast) => Maybe<readonly StoredRow[]>,
): AsyncGenerator<StoredRow, void, undefined> {
  if (ast.distinct || ast.steps.some(({ kind }) => kind === "group")) {
    yield* await read(ast);
    return;
  }
  // Pages have whole rows, since what is selected need not say where a row stands; but only those
  // children that are selected, as nobody may hear of an error in the others.
  const { select } = ast;
  const whole: Ast = {
    ...ast,
    select: undefined,
    steps: ast.steps.filter((step) =>
      step.kind !== "include" || !select || select.some(({ ref }) => ref.path === step.as)
    ),
  };
  const window = windowOf(ast);
  let { after, limit, offset } = window;
  while (limit > 0) {
    const size = Math.min(PAGE, limit);
    const rows = await read({
      ...whole,
      limit: size,
      offset,
      after: after && { values: after },
    });
    for (const row of rows) yield select ? projected(select, row) : row;
    const last = rows.at(-1);
    if (!last || rows.length < size) return;
    after = rowPosition(whole, last);
    offset = 0;
    limit -= size;
  }
}

/** What `select` keeps of a whole row. */
function projected(select: readonly Selected[], row: StoredRow): StoredRow {
  const result: DraftRow = {};
  for (const { ref, to } of select) {
    let value: unknown = row;
    for (const name of ref.path.split(".")) {
      value = isPlainObject(value) && Object.hasOwn(value, name) ? value[name] : null;
    }
    putAt(result, to, value);
  }
  return result;
}
