import type { StoredRow } from "../schema/types.ts";
import type { Driver } from "./driver.ts";

/**
 * The rows that can still be read of a database that `openDatabase` refuses as `"corrupt"`: those of
 * user tables, each once, in no order. Cells that are lost are null or missing; rows deleted by what is
 * lost may be there. It changes nothing.
 *
 * @throws {DataError} With code `"unavailable"` when there is nothing to read, `"unsupported"` from drivers
 * whose engine has tools of its own.
 *
 * @example Save what is left
 * ```ts
 * import { openDatabase, table, text } from "@strata/data";
 * import { recover } from "@strata/data/driver";
 * import { fileDriver } from "@strata/data/drivers/file";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * const folder = await Deno.makeTempDir();
 * const driver = fileDriver(`${folder}/notes.strata`);
 * {
 *   await using db = await openDatabase({ tables: [notes] }, driver);
 *   await db.insert(notes, { id: "1" });
 * }
 * const rows = await Array.fromAsync(recover(driver));
 * assertEquals(rows, [{ table: "notes", row: { id: "1" } }]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function recover(
  driver: Driver,
): AsyncIterable<{ readonly table: string; readonly row: StoredRow }> {
  return driver.recover();
}
