import type { Schema } from "../schema/mod.ts";
import { Engine, livesOf, observe, registerSource, tableViews, Watching } from "../engine/mod.ts";
import { Eviction } from "./evict.ts";
import { storeFromJSON, storeToJSON } from "./json.ts";
import { Session } from "./session.ts";
import type { Store, StoreOptions } from "./types.ts";
import { UndoLog } from "./undo.ts";

/** How many steps can be undone by default. */
const UNDO_STEPS = 100;

/**
 * A store: the tables and values of a schema in memory, with synchronous verbs.
 *
 * Every write is a commit, all of it or nothing; listeners of `changes` hear of it when it is
 * complete. Rows are immutable: what was read stays as it was.
 *
 * @throws {TypeError} When the schema breaks a rule.
 *
 * @example Write and read
 * ```ts
 * import { boolean, createStore, query, table, text } from "@strata/data";
 * import { assertEquals } from "@std/assert";
 *
 * const todos = table("todos", {
 *   id: text().primaryKey(),
 *   title: text(),
 *   done: boolean().default(false),
 * });
 * const store = createStore({ tables: [todos] });
 * const { id } = store.insert(todos, { title: "Write" });
 * store.update(todos, id, { done: true });
 * assertEquals(store.count(query(todos).where({ done: true })), 1);
 * store.undo();
 * assertEquals(store.get(todos, id)?.done, false);
 * ```
 */
export function createStore(schema: Schema, options: StoreOptions = {}): Store {
  const engine = new Engine(schema, options);
  const undo = new UndoLog(engine, options.undoSteps ?? UNDO_STEPS);
  const eviction = options.evict && new Eviction(engine, options.evict);
  engine.recorder = (entries, commit) => {
    undo.record(entries, commit);
    eviction?.record(entries);
  };
  engine.settled = eviction && (() => eviction.sweep());
  const session = new Session(engine, eviction, options.onQuery);
  if (options.onQuery) observe(session, options.onQuery, "store");
  // Made by the first live query: until then commits tell nobody.
  const lives = livesOf(() => {
    const watching = new Watching(engine);
    engine.watch = watching.committed;
    return tableViews(engine, watching);
  });
  const store: Store = Object.assign(session, lives, {
    changes: engine.changes.bind(engine),
    checkpoint(_label?: string): void {
      engine.check();
      undo.checkpoint();
    },
    undo(): boolean {
      engine.check();
      return undo.undo();
    },
    redo(): boolean {
      engine.check();
      return undo.redo();
    },
    toJSON(): unknown {
      engine.check();
      return storeToJSON(engine);
    },
    fromJSON(data: unknown): void {
      storeFromJSON(engine, data);
      undo.clear();
    },
    [Symbol.dispose](): void {
      engine.close();
    },
  });
  registerSource(store, engine);
  return store;
}
