/**
 * What the components of one page share; on the server each request has its own.
 *
 * @module
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Signal, signal } from "@preact/signals";
import { type Database, type Ref, ref } from "@strata/data";
import type { Answer, Report } from "../answer.ts";
import { type Filters, NO_FILTERS } from "../filters.ts";
import type { City, Continent, Dot, Land } from "../queries.ts";
import type { CityPatch, Seed } from "../schema.ts";

/** What the server has found out for the first rendering, by the names of the questions. */
export interface FirstAnswers {
  readonly cities: Answer<City>;
  readonly continents: Answer<Continent>;
  readonly dots: Answer<Dot>;
  readonly lands: Answer<Land>;
}

/** What a page is rendered from, on both sides. */
export interface FirstPage {
  readonly filters: Filters;
  readonly first: FirstAnswers;
}

export interface Explorer {
  readonly filters: Ref<Filters>;
  readonly first: FirstAnswers;
  /** The browser's database once it has all cities: from then on it answers. */
  readonly local: Signal<Database | undefined>;
  /** The same while it is being filled, for what is the browser's own. */
  readonly opened: Signal<Database | undefined>;
  readonly seed: Signal<Seed | null>;
  /** Edits that the server doesn't have yet. */
  readonly unsent: Signal<number>;
  readonly online: Signal<boolean>;
  /** Goes up when the server has other rows than before. */
  readonly revision: Signal<number>;
  /** Who answered what last. */
  readonly reports: Signal<Readonly<Record<string, Report>>>;
  readonly starred: Signal<ReadonlySet<number>>;
  /** The city that the visitor looks at, to show it on the map. */
  readonly pointed: Signal<City | undefined>;
  readonly actions: Actions;
}

/** What a visitor can do; on the server nobody does. */
export interface Actions {
  star(city: number): void;
  edit(city: City, patch: CityPatch): Promise<void>;
}

const NO_ACTIONS: Actions = { star() {}, edit: () => Promise.resolve() };

export function createExplorer(page: FirstPage, actions: Actions = NO_ACTIONS): Explorer {
  const { first, filters } = page;
  return {
    filters: ref(filters),
    first,
    local: signal(undefined),
    opened: signal(undefined),
    seed: signal(null),
    unsent: signal(0),
    online: signal(true),
    revision: signal(0),
    reports: signal<Readonly<Record<string, Report>>>({ ...first }),
    starred: signal<ReadonlySet<number>>(new Set()),
    pointed: signal(undefined),
    actions,
  };
}

export const ExplorerContext = createContext<Explorer | undefined>(undefined);

export function useExplorer(): Explorer {
  const explorer = useContext(ExplorerContext);
  if (!explorer) throw new TypeError("Cannot show a component as it is in the explorer: it is not");
  return explorer;
}

/** Changes what is looked for, and goes back to the first page of it. */
export function narrow({ filters }: Explorer, change: Partial<Filters>): void {
  filters.update((now) => ({ ...now, page: NO_FILTERS.page, after: NO_FILTERS.after, ...change }));
}
