/**
 * A database in memory, gone with the process: for tests, servers without a disk, and as the reference
 * for all other drivers.
 *
 * @module
 */
import { DataError } from "../schema/errors.ts";
import type { Driver } from "../db/driver.ts";
import { openResident } from "./log/open.ts";
import { residentState } from "./log/session.ts";

/**
 * Keeps tables in memory. The data lives as long as the driver: a database that is closed can be opened
 * again, by one at a time.
 *
 * @throws {DataError} From `openDatabase`, with code `"unsupported"` for `durability: "strict"`, and
 * `"unavailable"` while it is open already.
 *
 * @example Open a database in memory
 * ```ts
 * import { openDatabase, table, text } from "@strata/data";
 * import { memoryDriver } from "@strata/data/drivers/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const users = table("users", { id: text().primaryKey(), name: text() });
 * await using db = await openDatabase({ tables: [users] }, memoryDriver());
 * await db.insert(users, { id: "ada", name: "Ada" });
 * assertEquals((await db.get(users, "ada"))?.name, "Ada");
 * ```
 */
export function memoryDriver(): Driver {
  const state = residentState();
  let open = false;
  return {
    name: "memory",
    supports: { durability: ["relaxed"], shared: false, sql: false },
    async open(options) {
      if (open) {
        throw new DataError(
          "unavailable",
          "Cannot open the database as one opens it at a time: it is open",
        );
      }
      open = true;
      try {
        return await openResident(state, "memory", options, () => void (open = false));
      } catch (error) {
        open = false;
        throw error;
      }
    },
    async *recover() {
      for (const [table, data] of state.tables) {
        if (table.startsWith("strata_")) continue;
        const rows: Readonly<Record<string, unknown>>[] = [];
        data.each((row) => rows.push(row) > 0);
        for (const row of rows) yield { table, row };
      }
    },
  };
}
