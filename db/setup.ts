import { DataError } from "../schema/errors.ts";
import type { SchemaDef } from "../schema/open.ts";
import type { TableDef } from "../schema/table.ts";
import type { Schema } from "../schema/types.ts";
import { uuidSource } from "../schema/uuid.ts";
import { adoptTables } from "./adopt.ts";
import type { Setup } from "./driver.ts";
import { isCore, layoutOf, layoutText, type StoredLayout } from "./layout.ts";
import { applyDifferences } from "./layout_diff.ts";
import { LayoutEditor } from "./layout_editor.ts";
import { idsOf, type LayoutIds, parseLayout, readLayout } from "./layout_read.ts";
import { migrate, stepsOf } from "./migrate.ts";

/** How a database is opened, as far as its layout is concerned. */
export interface SetupOptions {
  /** Use tables that others made, without altering them. */
  readonly adopt: boolean;
  readonly now: () => number;
  readonly random?: (() => number) | undefined;
}

/** What a driver is told of the layout. */
export interface LayoutSetup {
  /** Brings the layout up to date, or rejects and has changed nothing that the driver keeps then. */
  setup(layout: Setup): Promise<void>;
  /** Whether what is stored is what the schema wants, so that there is nothing to set up. */
  ready(meta: ReadonlyMap<string, unknown>): boolean;
  /** The numbers of tables, columns and values, once it was set up or ready; before that those of a new database. */
  ids(): LayoutIds;
}

/**
 * Brings the layout of a database to a schema. `tables` are those of the user and then the core's own.
 *
 * Steps of `migrations` run first, on the layout that is stored, then come the differences that lose
 * nothing, then a check. A new database gets the layout of `version` at once. With `adopt` no
 * step runs and no table of the user is touched; the layout that is stored then is of the core's tables.
 *
 * @throws {TypeError} When a migration is no function or its version none. The setup throws `DataError`
 * with code `"version"` when what is stored is newer or differs in what only a migration can settle,
 * `"corrupt"` when it is damaged, and what a step throws.
 */
export function setupOf(
  schema: Schema,
  def: SchemaDef,
  tables: readonly TableDef[],
  options: SetupOptions,
): LayoutSetup {
  const steps = stepsOf(schema);
  const values = [...def.values.values()];
  const core = tables.filter(({ name }) => isCore(name));
  const wanted = layoutOf(tables, values, def.version);
  const wantedText = layoutText(wanted, wanted);
  const isWanted = (layout: StoredLayout) => layoutText(layout, wanted) === wantedText;
  let ids = idsOf(wanted);
  /** Adopted tables have been looked at. */
  let adopted = false;

  async function identify(layout: Setup, fresh: () => string): Promise<void> {
    if (layout.meta.has("database")) return;
    await layout.setMeta("database", fresh());
    await layout.setMeta("epoch", 1);
    await layout.setMeta("replica", replicaId(options.random));
  }

  async function adopt(layout: Setup): Promise<void> {
    await adoptTables(layout, tables);
    adopted = true;
    const stored = readLayout(layout.meta);
    if (hasCore(stored)) return;
    // The core's own tables alone are made, by a driver that waits with it for the first commit.
    const editor = new LayoutEditor(layout, stored ?? layoutOf([], [], def.version));
    for (const table of core) if (!editor.find(table.name)) await editor.createTable(table);
    for (const column of values) editor.setValue(column);
    await editor.store(editor.layout.version);
    await identify(layout, uuidSource(options.now, options.random));
  }
  function hasCore(stored: StoredLayout | undefined): boolean {
    return core.every(({ name }) => stored?.tables.some((table) => table.name === name));
  }

  async function setup(layout: Setup): Promise<void> {
    if (options.adopt) return await adopt(layout);
    const stored = readLayout(layout.meta);
    if (stored && stored.version > def.version) throw newer();
    const fresh = uuidSource(options.now, options.random);
    const editor = new LayoutEditor(layout, stored ?? layoutOf([], [], def.version));
    if (stored) await migrate(editor, steps, { to: def.version, fresh });
    await applyDifferences(editor, tables, values);
    await editor.store(def.version);
    if (!isWanted(editor.layout)) throw unequal();
    await identify(layout, fresh);
    ids = idsOf(editor.layout);
  }

  function ready(meta: ReadonlyMap<string, unknown>): boolean {
    let stored: StoredLayout | undefined;
    try {
      stored = parseLayout(meta);
    } catch {
      // The setup says what is wrong.
      return false;
    }
    if (options.adopt) return adopted && hasCore(stored);
    if (!stored || !isWanted(stored)) return false;
    ids = idsOf(stored);
    return true;
  }

  return { setup, ready, ids: () => ids };
}

function newer(): DataError {
  return new DataError(
    "version",
    "Cannot open the database as this program knows its version: a newer one has changed it",
  );
}
function unequal(): DataError {
  return new DataError(
    "version",
    "Cannot open the database as its layout is that of the schema then: it differs",
  );
}

/** 64 random bits as 16 digits. */
function replicaId(random: (() => number) | undefined): string {
  const bytes = new Uint8Array(8);
  if (random) bytes.forEach((_, i) => bytes[i] = Math.floor(random() * 256));
  else crypto.getRandomValues(bytes);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
