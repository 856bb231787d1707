import { kindOf } from "../schema/accept.ts";
import type { Migration, Schema } from "../schema/types.ts";
import type { LayoutEditor } from "./layout_editor.ts";
import { StoredMigration } from "./migration.ts";
import { StepRun } from "./migration_run.ts";

/** The step to one version. */
export interface MigrationStep {
  readonly version: number;
  readonly run: (m: Migration) => unknown;
}

/**
 * The steps of a schema in ascending order.
 *
 * @throws {TypeError} When a step is no function, or its version none.
 */
export function stepsOf({ migrations = {} }: Schema): readonly MigrationStep[] {
  if (typeof migrations !== "object" || migrations === null) {
    throw new TypeError(
      `Cannot read migrations as they are functions by version: got ${kindOf(migrations)}`,
    );
  }
  return Object.entries(migrations).map(([name, run]) => {
    const version = Number(name);
    if (!Number.isSafeInteger(version) || version < 1 || String(version) !== name) {
      throw new TypeError("Cannot read migrations as versions are 1, 2, 3: one is something else");
    }
    if (typeof run !== "function") {
      throw new TypeError(
        `Cannot read the migration to version ${version} as it is a function: got ${kindOf(run)}`,
      );
    }
    return { version, run };
  }).sort((a, b) => a.version - b.version);
}

/**
 * Runs the steps above the stored version, up to the one that is wanted, by name on the stored layout.
 *
 * @throws What a step throws, and {TypeError} when it does not await all that it does.
 */
export async function migrate(
  editor: LayoutEditor,
  steps: readonly MigrationStep[],
  options: { readonly to: number; readonly fresh: () => string },
): Promise<void> {
  const from = editor.layout.version;
  for (const { version, run } of steps) {
    if (version <= from || version > options.to) continue;
    const calls = new StepRun(() => editor.writes);
    const migration = new StoredMigration(editor, calls, options.fresh);
    await calls.step(() => run(migration));
  }
}
