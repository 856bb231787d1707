import { DataError, quote } from "../schema/errors.ts";
import type { Schema } from "../schema/mod.ts";
import { observe } from "../engine/mod.ts";
import { differences } from "./check.ts";
import { Core } from "./core.ts";
import type { Driver } from "./driver.ts";
import { call, opening } from "./failure.ts";
import { databaseLives } from "./live.ts";
import { DatabaseRunner } from "./runner.ts";
import { promised } from "./session.ts";
import { registerDatabase } from "./session_of.ts";
import { setupOf } from "./setup.ts";
import { transact } from "./transact.ts";
import type { AsyncVerbs, Database, OpenOptions } from "./types.ts";
import { Verbs } from "./verbs.ts";

/**
 * Opens the database that a driver holds, and brings its layout up to the schema: what is new is added,
 * other differences need migrations.
 *
 * @throws {TypeError} When the schema breaks a rule.
 * @throws {DataError} With code `"version"` when what is stored is newer, or differs in what only a
 * migration changes; `"unsupported"` when the driver can't keep the durability; `"unavailable"`.
 *
 * @example Open, write, read
 * ```ts
 * import { openDatabase, query, table, text } from "@strata/data";
 * import { memoryDriver } from "@strata/data/drivers/memory";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey(), title: text() });
 * await using db = await openDatabase({ tables: [notes] }, memoryDriver());
 * await db.insert(notes, { title: "Buy milk" });
 * assertEquals((await db.first(query(notes)))?.title, "Buy milk");
 * ```
 */
export async function openDatabase(
  schema: Schema,
  driver: Driver,
  options: OpenOptions = {},
): Promise<Database> {
  checkDriver(driver);
  const core = new Core(schema, options, driver.name);
  const { durability = "relaxed", adopt = false, signal } = options;
  if (!driver.supports.durability.includes(durability)) {
    throw new DataError(
      "unsupported",
      `Cannot open ${quote(driver.name)} as it keeps the durability ${durability}: it can not`,
    );
  }
  signal?.throwIfAborted();
  const layout = setupOf(schema, core.schema, core.stored, {
    ...{ adopt, now: core.now, random: options.random },
  });
  const session = await opening(driver, {
    tables: core.stored,
    durability,
    adopt,
    now: core.now,
    signal,
    setup: layout.setup,
    ready: layout.ready,
    outside: (commit) => core.outside(commit),
    lost: (reason) => void core.lose(reason).catch(() => {}), // nobody is there to hear of it
  });
  core.opened(session);
  if (signal?.aborted) {
    await core.close();
    throw signal.reason;
  }
  return database(core, options);
}

function checkDriver(driver: unknown): asserts driver is Driver {
  if (
    typeof driver === "object" && driver !== null && "open" in driver && "supports" in driver &&
    typeof driver.open === "function"
  ) return;
  throw new TypeError("Cannot open a database as it has a driver: got something else");
}

/** The database over what is open. */
function database(core: Core, options: OpenOptions): Database {
  const verbs = new Verbs(new DatabaseRunner(core));
  if (options.onQuery) observe(verbs, options.onQuery, core.source);
  const session = promised(verbs);
  const { closed } = core;
  const close = () => core.close();
  const more: Omit<Database, keyof AsyncVerbs | "seq"> = {
    ...databaseLives(core),
    async transaction(fn, transaction = {}) {
      core.enter();
      try {
        return await transact(core, fn, transaction, options.onQuery);
      } finally {
        core.leave();
      }
    },
    async check() {
      core.enter();
      try {
        const found = await call(() => core.session.tables());
        return differences(core.source, core.schema.tables, found);
      } finally {
        core.leave();
      }
    },
    close,
    closed,
    changes: (listener) => core.changes(listener),
    [Symbol.asyncDispose]: close,
  };
  const db: Database = Object.defineProperties(Object.assign(session, more), {
    seq: { get: () => core.seq, enumerable: true },
  }) as AsyncVerbs & typeof more & { readonly seq: number }; // as it was just defined
  registerDatabase(db, core);
  return db;
}
