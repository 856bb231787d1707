/**
 * What the pages of the component tests have: lists in Preact and React over a store or a database.
 *
 * @module
 */
import { computed } from "@preact/signals-core";
import { type ComponentChildren, h, hydrate as hydratePreact, render } from "preact";
import * as react from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { flushSync } from "react-dom";
import { memoryDriver } from "../../drivers/memory.ts";
import {
  createStore,
  type Database,
  integer,
  openDatabase,
  query,
  type Store,
  table,
  text,
} from "../../mod.ts";
import { hydrate } from "../../ssr/hydrate.ts";
import * as forPreact from "../../ui/preact.ts";
import * as forReact from "../../ui/react.ts";
import { slowDriver } from "../live/slow_driver.ts";
import { ITEMS } from "../ssr/hostile.ts";
import { equal } from "../support/assert.ts";

const cities = table("cities", { id: text().primaryKey(), people: integer() });
const schema = { tables: [cities], values: { title: text().default("Cities") } };
const largest = query(cities).orderBy("people", "desc").limit(3);

type Source = Store | Database;
let source: Source;
let renders = 0;
let watched = 0;
/** What the page showed, as it changed. */
const shown: string[] = [];
const errors: string[] = [];

const turn = () => new Promise((resolve) => setTimeout(resolve, 30));
const root = () => document.getElementById("root") ?? document.body;

function Title(): ComponentChildren {
  renders++;
  // Where signals are rendered by themselves this component runs once.
  const title = forPreact.useValue("title");
  const text = computed(() => `${title.value}`);
  return h("h1", null, signals ? text as never : text.value);
}
function PreactList({ prefix = "" }: { prefix?: string }): ComponentChildren {
  renders++;
  const rows = forPreact.useLive(query(cities).orderBy("people", "desc").limit(3));
  const lima = forPreact.useRow(cities, "lima");
  const own = forPreact.useStoreRef("!");
  return h(
    "p",
    { onClick: () => own.value += "!" },
    [
      prefix,
      rows.value.map(({ id, people }) => `${id} ${people}`).join(", "),
      ` (${lima.value?.people ?? "none"})${own.value}`,
    ].join(""),
  );
}
function ReactList({ prefix = "" }: { prefix?: string }): react.ReactNode {
  renders++;
  const rows = forReact.useLive(query(cities).orderBy("people", "desc").limit(3));
  const lima = forReact.useRow(cities, "lima");
  const own = forReact.useStoreRef("!");
  const words = rows.map(({ id, people }) => `${id} ${people}`).join(", ");
  return react.createElement(
    "p",
    { onClick: () => own.value += "!" },
    `${prefix}${words} (${lima?.people ?? "none"})${own.value}`,
  );
}
/** Two readers of one result, which must agree whenever the page is looked at. */
function Twice(): react.ReactNode {
  const one = forReact.useLive(largest);
  const until = performance.now() + 4;
  while (performance.now() < until); // so that rendering is interrupted
  const two = forReact.useLive(largest);
  if (one !== two) errors.push("torn");
  return react.createElement("i", null, one[0]?.people);
}

/** Whether `@preact/signals` is loaded. */
const signals = (globalThis as { withSignals?: boolean }).withSignals === true;

const strata = {
  /** The names of items that did not come back. */
  async wrong(): Promise<string[]> {
    const page = await hydrate({});
    return Object.entries(ITEMS).flatMap(([name, value]) => equal(page[name], value) ? [] : [name]);
  },
  async open(kind: "store" | "resident" | "slow"): Promise<void> {
    source = kind === "store"
      ? createStore(schema)
      : await openDatabase(schema, kind === "slow" ? slowDriver(memoryDriver()) : memoryDriver());
    new MutationObserver(() => shown.push(root().textContent ?? ""))
      .observe(root(), { subtree: true, childList: true, characterData: true });
  },
  async hydrate(): Promise<void> {
    await hydrate({ source } as Record<string, Source>);
  },
  async insert(id: string, people: number): Promise<void> {
    await source.insert(cities, { id, people });
  },
  async update(id: string, people: number): Promise<void> {
    await source.update(cities, id, { people });
  },
  async title(title: string): Promise<void> {
    await source.setValue("title", title);
  },
  preact(hydrates: boolean, prefix?: string): void {
    const page = h(forPreact.Provider, {
      source,
      children: [h(Title, null), h(PreactList, prefix ? { prefix } : {})],
    });
    if (hydrates) hydratePreact(page, root());
    else render(page, root());
  },
  preactEnd: (): void => render(null, root()),
  react(hydrates: boolean): void {
    const page = react.createElement(
      react.StrictMode,
      null,
      react.createElement(
        forReact.Provider,
        { source },
        react.createElement(
          react.Suspense,
          { fallback: react.createElement("p", null, "One moment") },
          react.createElement(ReactList),
        ),
      ),
    );
    const onRecoverableError = (error: unknown) => void errors.push(String(error));
    if (hydrates) reactRoot = hydrateRoot(root(), page, { onRecoverableError });
    else (reactRoot = createRoot(root())).render(page);
  },
  reactEnd: (): void => reactRoot?.unmount(),
  /** Writes while React renders in slices; gives what went wrong. */
  async tear(): Promise<string[]> {
    const own = createRoot(root());
    const list = Array.from({ length: 20 }, (_, key) => react.createElement(Twice, { key }));
    const page = () => react.createElement(forReact.Provider, { source }, list);
    flushSync(() => own.render(page()));
    const look = () => {
      const all = new Set([...root().querySelectorAll("i")].map(({ textContent }) => textContent));
      if (all.size > 1) errors.push(`torn: ${[...all]}`);
    };
    const observer = new MutationObserver(look);
    observer.observe(root(), { subtree: true, childList: true, characterData: true });
    for (let i = 0; i < 10; i++) {
      react.startTransition(() => own.render(page()));
      await new Promise((resolve) => setTimeout(resolve, 7));
      await strata.update("tokyo", 100 + i);
      await turn();
    }
    await turn();
    observer.disconnect();
    if (root().querySelector("i")?.textContent !== "109") errors.push("the last one is missing");
    own.unmount();
    return errors;
  },
  /** How many look at the rows of the query: each change is told to those alone. */
  async work(): Promise<number> {
    // The view of an equal query is shared, so its identity tells whether anyone keeps it current.
    watched = renders;
    await strata.update("tokyo", Math.floor(Math.random() * 1e6) + 1000);
    await turn();
    return renders - watched;
  },
  click: (): void => document.querySelector("p")?.click(),
  turn,
  html: (): string => root().innerHTML,
  state: (): { renders: number; shown: string[]; errors: string[] } => ({ renders, shown, errors }),
};
let reactRoot: { unmount(): void } | undefined;

/** Type of `globalThis.strata` in pages. */
export type Strata = typeof strata;

Object.assign(globalThis, { strata });
