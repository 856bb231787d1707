import type { Effect } from "../engine/mod.ts";
import type { TableDef } from "../schema/table.ts";

/** What became of tables of the core's own: what a commit of this database wrote, or which others may have written. */
export type Heard =
  | { readonly effects: readonly Effect[] }
  | { readonly outside: readonly TableDef[] };

const NONE: readonly never[] = [];

/** Tables of the core's own that were made after a database was opened, which none of its users sees. */
export class OwnTables {
  readonly #tables = new Set<TableDef>();
  readonly #listeners = new Set<(heard: Heard) => void>();

  add(tables: readonly TableDef[]): void {
    for (const table of tables) this.#tables.add(table);
  }
  /** Whether anybody listens. */
  get any(): boolean {
    return this.#listeners.size > 0;
  }
  listen(listener: (heard: Heard) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
  clear(): void {
    this.#listeners.clear();
  }

  /** Tells those who listen what a commit wrote to these tables; gives what it wrote to others. */
  pass(effects: readonly Effect[]): readonly Effect[] {
    if (this.#tables.size === 0) return effects;
    if (this.#listeners.size === 0 && effects.every(({ table }) => this.#tables.has(table))) {
      return NONE;
    }
    const own = effects.filter(({ table }) => this.#tables.has(table));
    if (own.length === 0) return effects;
    this.#tell({ effects: own });
    return own.length === effects.length
      ? NONE
      : effects.filter(({ table }) => !this.#tables.has(table));
  }
  /** Tells that others have written tables of these names, or any; gives those of them that are these. */
  passOutside(names: readonly string[] | undefined): readonly TableDef[] {
    const outside = [...this.#tables].filter(({ name }) => names?.includes(name) ?? true);
    if (outside.length > 0) this.#tell({ outside });
    return outside;
  }
  #tell(heard: Heard): void {
    for (const listener of [...this.#listeners]) listener(heard);
  }
}
