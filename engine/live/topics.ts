import { keyIn, type MapKey } from "../../schema/key.ts";
import type { ColumnDef } from "../../schema/table.ts";
import type { RowWrite, ValueEntry } from "../commit.ts";
import type { Guard } from "./guard.ts";

/** What a view is about: a table by its definition, or a value by its name. */
export interface Topic {
  readonly on: unknown;
  /** Which of a table's rows; all by default. */
  readonly guard?: Guard | undefined;
}

/** Views that ask for equality on the same columns. */
interface Guarded<V> {
  readonly columns: readonly ColumnDef[];
  readonly byKey: Map<MapKey, Set<V>>;
}
interface Room<V> {
  readonly all: Set<V>;
  readonly guarded: Map<string, Guarded<V>>;
}

function put<K, V>(map: Map<K, Set<V>>, key: K, view: V): void {
  const views = map.get(key);
  if (views) views.add(view);
  else map.set(key, new Set([view]));
}

/** Views by their topics, so that a commit asks only those that it can concern. */
export class Topics<V extends { readonly topics: readonly Topic[]; round: number }> {
  readonly #rooms = new Map<unknown, Room<V>>();
  /** Views that were found, in as many places as {@linkcode Topics.take} has not emptied. */
  readonly #found: (V | undefined)[] = [];
  #count = 0;
  /** Each view is found once a round. */
  #round = 0;

  add(view: V): void {
    for (const { on, guard } of view.topics) {
      let room = this.#rooms.get(on);
      if (!room) this.#rooms.set(on, room = { all: new Set(), guarded: new Map() });
      if (!guard) {
        room.all.add(view);
        continue;
      }
      const name = guard.columns.map((column) => column.name).join("\0");
      let guarded = room.guarded.get(name);
      if (!guarded) {
        room.guarded.set(name, guarded = { columns: guard.columns, byKey: new Map() });
      }
      for (const key of guard.keys) put(guarded.byKey, key, view);
    }
  }

  remove(view: V): void {
    for (const { on, guard } of view.topics) {
      const room = this.#rooms.get(on);
      room?.all.delete(view);
      const name = guard?.columns.map((column) => column.name).join("\0") ?? "";
      const guarded = room?.guarded.get(name);
      for (const key of guard?.keys ?? []) {
        const views = guarded?.byKey.get(key);
        views?.delete(view);
        if (views?.size === 0) guarded?.byKey.delete(key);
      }
      if (guarded?.byKey.size === 0) room?.guarded.delete(name);
      if (room?.all.size === 0 && room.guarded.size === 0) this.#rooms.delete(on);
    }
  }

  get any(): boolean {
    return this.#rooms.size > 0;
  }
  /** Gives those that were found since it last did, once each. */
  take(visit: (view: V) => void): void {
    const count = this.#count;
    this.#count = 0;
    this.#round++;
    for (let i = 0; i < count; i++) {
      const view = this.#found[i];
      this.#found[i] = undefined; // nobody is held
      if (view) visit(view);
    }
  }
  #find(view: V): void {
    if (view.round === this.#round) return;
    view.round = this.#round;
    this.#found[this.#count++] = view;
  }
  /** Finds all views. */
  all(): void {
    for (const on of this.#rooms.keys()) this.about(on);
  }
  /** Finds all views of a table or value. */
  about(on: unknown): void {
    const room = this.#rooms.get(on);
    for (const view of room?.all ?? []) this.#find(view);
    for (const { byKey } of room?.guarded.values() ?? []) {
      for (const views of byKey.values()) for (const view of views) this.#find(view);
    }
  }
  /** Finds the views that a write can concern. */
  touched(entry: RowWrite | ValueEntry): void {
    const room = this.#rooms.get("value" in entry ? entry.value : entry.data.def);
    if (!room) return;
    for (const view of room.all) this.#find(view);
    if ("value" in entry || room.guarded.size === 0) return;
    for (const { columns, byKey } of room.guarded.values()) {
      for (const row of entry.before) this.#keyed(byKey.get(keyIn(columns, row)));
      for (const row of entry.after) this.#keyed(byKey.get(keyIn(columns, row)));
    }
  }
  #keyed(views: ReadonlySet<V> | undefined): void {
    if (views) { for (const view of views) this.#find(view); }
  }
}
