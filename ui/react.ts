/**
 * Live results in components of React: hooks that give plain values. A component renders again when one of its
 * results has changed, never with some of an old state and some of a new one.
 *
 * @example A list that follows the data
 * ```ts
 * import { createElement } from "react";
 * import { renderToString } from "react-dom/server";
 * import { createStore, query, table, text } from "@strata/data";
 * import { Provider, useLive } from "@strata/data/ui/react";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * const store = createStore({ tables: [notes] });
 * store.insert(notes, [{ id: "a" }, { id: "b" }]);
 *
 * function List() {
 *   const rows = useLive(query(notes));
 *   return createElement("ul", null, rows.map(({ id }) => createElement("li", { key: id }, id)));
 * }
 * const page = createElement(Provider, { source: store }, createElement(List));
 * assertEquals(renderToString(page), "<ul><li>a</li><li>b</li></ul>");
 * ```
 *
 * @module
 */
import { effect, untracked } from "@preact/signals-core";
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useCallback,
  useContext,
  useState,
  useSyncExternalStore,
} from "react";
import { liveInfo, type LiveQuery, type ReadonlySignal } from "../engine/mod.ts";
import type { Query } from "../query/mod.ts";
import type { Schema, Table } from "../schema/mod.ts";
import { type Ref, ref } from "../store/mod.ts";
import { QuerySlot, rowSlotName, Slot, waitFor } from "./slots.ts";
import { type Source, sourceOf } from "./source.ts";

export type { Source } from "./source.ts";

const Context = createContext<Source | undefined>(undefined);

/**
 * Gives the components inside it a store or database to read from.
 *
 * @example Around a component
 * ```ts
 * import { createElement } from "react";
 * import { renderToString } from "react-dom/server";
 * import { createStore, text } from "@strata/data";
 * import { Provider, useValue } from "@strata/data/ui/react";
 * import { assertEquals } from "@std/assert";
 *
 * const store = createStore({ tables: [], values: { title: text().default("Notes") } });
 * const Title = () => createElement("h1", null, `${useValue("title")}`);
 * const page = createElement(Provider, { source: store }, createElement(Title));
 * assertEquals(renderToString(page), "<h1>Notes</h1>");
 * ```
 */
export function Provider(props: { source: Source; children?: unknown }): ReactElement {
  // What JSX has between its tags.
  return createElement(Context.Provider, { value: props.source }, props.children as ReactNode);
}

/**
 * The rows of a query. The array is another one only when something in it is; a function is rebuilt when
 * signals that it reads change. While a database has no answer yet the component suspends; a query that fails
 * before it had one throws its error, later ones keep the last rows.
 *
 * @throws {TypeError} When there is neither a `source` nor a Provider.
 *
 * @example The rows of a store
 * ```ts
 * import { createElement } from "react";
 * import { renderToString } from "react-dom/server";
 * import { createStore, query, table, text } from "@strata/data";
 * import { useLive } from "@strata/data/ui/react";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey() });
 * const store = createStore({ tables: [notes] });
 * store.insert(notes, { id: "a" });
 * const Count = () => createElement("b", null, useLive(query(notes), store).length);
 * assertEquals(renderToString(createElement(Count)), "<b>1</b>");
 * ```
 */
export function useLive<R>(query: Query<R> | (() => Query<R>), source?: Source): readonly R[] {
  const from = useSource(source);
  const [slot] = useState(() => new QuerySlot<R>());
  const handle: LiveQuery<R> = slot.take(from, query);
  const rows = useSignal<readonly R[]>(handle);
  const waiting = waitFor(from, handle);
  if (waiting) throw waiting;
  const info = liveInfo(handle);
  if (info?.status === "failed" && rows.length === 0) throw info.error;
  return rows;
}

/**
 * The row with a key; undefined while there is none.
 *
 * @throws {TypeError} When there is neither a `source` nor a Provider, or the key has another shape.
 *
 * @example The row with a key
 * ```ts
 * import { createElement } from "react";
 * import { renderToString } from "react-dom/server";
 * import { createStore, table, text } from "@strata/data";
 * import { useRow } from "@strata/data/ui/react";
 * import { assertEquals } from "@std/assert";
 *
 * const notes = table("notes", { id: text().primaryKey(), body: text() });
 * const store = createStore({ tables: [notes] });
 * store.insert(notes, { id: "a", body: "Buy milk" });
 * const Note = () => createElement("p", null, useRow(notes, "a", store)?.body);
 * assertEquals(renderToString(createElement(Note)), "<p>Buy milk</p>");
 * ```
 */
export function useRow<R, I, K, U>(
  table: Table<R, I, K, U>,
  key: NoInfer<K>,
  source?: Source,
): R | undefined {
  const from = useSource(source);
  const [slot] = useState(() => new Slot<ReadonlySignal<R | undefined>>());
  return useSignal(slot.take(from, rowSlotName(table, key), () => from.liveRow(table, key)));
}

/**
 * A value of the schema.
 *
 * @throws {TypeError} When there is neither a `source` nor a Provider, or the schema has no such value.
 *
 * @example A value
 * ```ts
 * import { createElement } from "react";
 * import { renderToString } from "react-dom/server";
 * import { createStore, text } from "@strata/data";
 * import { useValue } from "@strata/data/ui/react";
 * import { assertEquals } from "@std/assert";
 *
 * const store = createStore({ tables: [], values: { theme: text().default("dark") } });
 * const Theme = () => createElement("i", null, `${useValue("theme", store)}`);
 * assertEquals(renderToString(createElement(Theme)), "<i>dark</i>");
 * ```
 */
export function useValue(name: string, source?: Source): unknown {
  const from = useSource(source);
  const [slot] = useState(() => new Slot<ReadonlySignal<unknown>>());
  return useSignal(slot.take(from, name, () => from.liveValue(name)));
}

/**
 * A ref of this component, made when it is first rendered; the component renders again when it changes. With a
 * schema its `store` is there for what the component shares with those inside it.
 *
 * @example A value of one's own
 * ```ts
 * import { createElement } from "react";
 * import { renderToString } from "react-dom/server";
 * import { useStoreRef } from "@strata/data/ui/react";
 * import { assertEquals } from "@std/assert";
 *
 * const Search = () => createElement("b", null, useStoreRef({ text: "pen" }).value.text);
 * assertEquals(renderToString(createElement(Search)), "<b>pen</b>");
 * ```
 */
export function useStoreRef<T>(initial: T, schema?: Schema): Ref<T> {
  const [made] = useState(() => ref(initial, schema));
  useSignal(made);
  return made;
}

function useSource(source: Source | undefined): Source {
  return sourceOf(source, useContext(Context));
}

/** The value of a signal; while a page is hydrated what it was dehydrated with. */
function useSignal<T>(signal: ReadonlySignal<T>): T {
  const subscribe = useCallback((changed: () => void) => {
    let begun = false;
    return effect(() => {
      void signal.value;
      if (begun) untracked(changed);
      begun = true;
    });
  }, [signal]);
  const peek = () => signal.peek();
  const start = liveInfo(signal)?.start;
  // What a signal began with is of its type.
  return useSyncExternalStore(subscribe, peek, start ? () => start.value as T : peek);
}
