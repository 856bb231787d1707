/**
 * Live results in components of Preact: hooks that give signals.
 *
 * With `@preact/signals` loaded, a component renders again when a signal changes whose value it has read, and a
 * signal that is given as a child or property changes the page without that. Without it a component renders
 * again whenever one of its results has changed.
 *
 * @example A list that follows the data
 * ```ts
 * import { h } from "preact";
 * import { render } from "preact-render-to-string";
 * import { createStore, query, table, text } from "@strata/data";
 * import { Provider, useLive } from "@strata/data/ui/preact";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * const store = createStore({ tables: [notes] });
 * store.insert(notes, [{ id: "a" }, { id: "b" }]);
 *
 * function List() {
 *   const rows = useLive(query(notes));
 *   return h("ul", null, rows.value.map(({ id }) => h("li", { key: id }, id)));
 * }
 * const page = h(Provider, { source: store }, h(List, null));
 * assertEquals(render(page), "<ul><li>a</li><li>b</li></ul>");
 * ```
 *
 * @module
 */
import { effect, Signal } from "@preact/signals-core";
import { type ComponentChildren, createContext, h } from "preact";
import { useContext, useLayoutEffect, useReducer, useRef } from "preact/hooks";
import type { LiveQuery, ReadonlySignal } from "../engine/mod.ts";
import type { Query } from "../query/mod.ts";
import type { Schema, Table } from "../schema/mod.ts";
import { type Ref, ref } from "../store/mod.ts";
import { QuerySlot, rowSlotName, Slot } from "./slots.ts";
import { type Source, sourceOf } from "./source.ts";

export type { Source } from "./source.ts";

const Context = createContext<Source | undefined>(undefined);

/**
 * Gives the components inside it a store or database to read from.
 *
 * @example Around a component
 * ```ts
 * import { h } from "preact";
 * import { render } from "preact-render-to-string";
 * import { createStore, text } from "@strata/data";
 * import { Provider, useValue } from "@strata/data/ui/preact";
 * import { assertEquals } from "@std/assert";
 *
 * const store = createStore({ tables: [], values: { title: text().default("Notes") } });
 * const Title = () => h("h1", null, `${useValue("title").value}`);
 * assertEquals(render(h(Provider, { source: store }, h(Title, null))), "<h1>Notes</h1>");
 * ```
 */
export function Provider(props: { source: Source; children?: unknown }): object {
  // What JSX has between its tags.
  return h(Context.Provider, { value: props.source }, props.children as ComponentChildren);
}

/**
 * The rows of a query, as a live query of this component. It is the same handle from one rendering to the
 * next while source and query are the same by content; a function is rebuilt when signals that it reads change.
 * What is not there yet is `[]` with the status `"loading"`; `throw rows.ready` suspends.
 *
 * @throws {TypeError} When there is neither a `source` nor a Provider.
 *
 * @example The rows of a store
 * ```ts
 * import { h } from "preact";
 * import { render } from "preact-render-to-string";
 * import { createStore, query, table, text } from "@strata/data";
 * import { useLive } from "@strata/data/ui/preact";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * const store = createStore({ tables: [notes] });
 * store.insert(notes, { id: "a" });
 * const Count = () => h("b", null, useLive(query(notes), store).value.length);
 * assertEquals(render(h(Count, null)), "<b>1</b>");
 * ```
 */
export function useLive<R>(
  query: Query<R> | (() => Query<R>),
  source?: Source,
): LiveQuery<R> {
  const from = useSource(source);
  const handle = useOnce(() => new QuerySlot<R>()).take(from, query);
  useFollowed(handle, handle.status);
  return handle;
}

/**
 * The row with a key, as a signal; undefined while there is none.
 *
 * @throws {TypeError} When there is neither a `source` nor a Provider, or the key has another shape.
 *
 * @example The row with a key
 * ```ts
 * import { h } from "preact";
 * import { render } from "preact-render-to-string";
 * import { createStore, table, text } from "@strata/data";
 * import { useRow } from "@strata/data/ui/preact";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey(), body: text() });
 * const store = createStore({ tables: [notes] });
 * store.insert(notes, { id: "a", body: "Buy milk" });
 * const Note = () => h("p", null, useRow(notes, "a", store).value?.body);
 * assertEquals(render(h(Note, null)), "<p>Buy milk</p>");
 * ```
 */
export function useRow<R, I, K, U>(
  table: Table<R, I, K, U>,
  key: NoInfer<K>,
  source?: Source,
): ReadonlySignal<R | undefined> {
  const from = useSource(source);
  const slot = useOnce(() => new Slot<ReadonlySignal<R | undefined>>());
  const handle = slot.take(from, rowSlotName(table, key), () => from.liveRow(table, key));
  useFollowed(handle);
  return handle;
}

/**
 * A value of the schema, as a signal.
 *
 * @throws {TypeError} When there is neither a `source` nor a Provider, or the schema has no such value.
 *
 * @example A value
 * ```ts
 * import { h } from "preact";
 * import { render } from "preact-render-to-string";
 * import { createStore, text } from "@strata/data";
 * import { useValue } from "@strata/data/ui/preact";
 * import { assertEquals } from "@std/assert";
 *
 * const store = createStore({ tables: [], values: { theme: text().default("dark") } });
 * const Theme = () => h("i", null, `${useValue("theme", store).value}`);
 * assertEquals(render(h(Theme, null)), "<i>dark</i>");
 * ```
 */
export function useValue(name: string, source?: Source): ReadonlySignal<unknown> {
  const from = useSource(source);
  const slot = useOnce(() => new Slot<ReadonlySignal<unknown>>());
  const handle = slot.take(from, name, () => from.liveValue(name));
  useFollowed(handle);
  return handle;
}

/**
 * A ref of this component, made when it is first rendered; with a schema its `store` is there for what the
 * component shares with those inside it.
 *
 * @example A value of one's own
 * ```ts
 * import { h } from "preact";
 * import { render } from "preact-render-to-string";
 * import { useStoreRef } from "@strata/data/ui/preact";
 * import { assertEquals } from "@std/assert";
 *
 * const Search = () => h("input", { value: useStoreRef({ text: "pen" }).value.text });
 * assertEquals(render(h(Search, null)), '<input value="pen"/>');
 * ```
 */
export function useStoreRef<T>(initial: T, schema?: Schema): Ref<T> {
  const made = useOnce(() => ref(initial, schema));
  useFollowed(made);
  return made;
}

function useSource(source: Source | undefined): Source {
  return sourceOf(source, useContext(Context));
}

function useOnce<T>(make: () => T): T {
  const kept = useRef<T>(null);
  return kept.current ??= make();
}

/** Renders the component again after changes, where nothing else does. */
function useFollowed(...signals: readonly ReadonlySignal<unknown>[]): void {
  const [, again] = useReducer((n: number) => n + 1, 0);
  const shown = signals.map((signal) => followed() ? undefined : signal.peek());
  useLayoutEffect(() => {
    if (followed()) return;
    let last = shown;
    return effect(() => {
      const now = signals.map(({ value }) => value);
      if (now.some((value, i) => value !== last[i])) again(0);
      last = now;
    });
  }, [...signals]);
}

/** Whether `@preact/signals` is there, which makes components follow the signals that they read. */
function followed(): boolean {
  return Object.hasOwn(Signal.prototype, "type");
}
