import type { StoredRow } from "../../schema/types.ts";
import { type QueryValue, queryValue } from "../../query/query.ts";
import { userKey } from "../../schema/key.ts";
import type { Commit } from "../commit.ts";
import type { Engine } from "../engine.ts";
import { prepare } from "../run.ts";
import { computed, effect, signal, untracked } from "../signal.ts";
import { windowOf } from "../window.ts";
import { concernOf } from "./concern.ts";
import { deltasBetween } from "./deltas.ts";
import { rerun, type Result } from "./result.ts";
import { tableUses } from "../../query/table_uses.ts";
import type { DeltaOp } from "./types.ts";
import { View } from "./view.ts";
import type { Watching } from "./watching.ts";

const EMPTY: Result = { keys: [], rows: [] };

/** The data of the tables that a query reads. */
function topicsOf(engine: Engine, { bound }: QueryValue): unknown[] {
  return [...new Set(tableUses(bound))].map((def) => engine.data(def));
}

function rowsView(engine: Engine, watching: Watching, query: QueryValue): View<Result> {
  return watching.share(`rows ${JSON.stringify(query)}`, () => {
    const { bound } = query;
    const topics = topicsOf(engine, query);
    const compute = (before: Result | undefined) => rerun(engine, bound, before);
    return new View<Result>(watching, topics, compute, concernOf(bound));
  });
}

/** A signal of one view that ends by `Symbol.dispose`: it keeps its value and lets the view go. */
function handleOf<T>(viewOf: () => View<T>) {
  const open = signal(true);
  const view = computed(viewOf);
  let last: T | undefined;
  const current = computed(() => open.value ? last = view.value.read() : last);
  const close = () => {
    untracked(() => current.value); // the last value, also of a handle that nobody has read
    open.value = false;
  };
  return { open, view, current, close };
}

function closable<S extends object>(of: S, close: () => void, more: object = {}): S {
  return Object.defineProperties(of, {
    ...Object.getOwnPropertyDescriptors(more),
    [Symbol.dispose]: { value: close },
    toJSON: {
      value() {
        throw new TypeError(
          "Cannot serialise a live result as it changes: use dehydrate, or its value",
        );
      },
    },
  });
}

/** The handle of a live query: a signal of rows with what `LiveQuery` has beside. */
export function liveRows(engine: Engine, watching: Watching, query: unknown): object {
  engine.check();
  const params = signal<Readonly<Record<string, unknown>> | undefined>(undefined);
  const { open, view, current, close } = handleOf(() => {
    const base = queryValue(typeof query === "function" ? query() : query);
    return rowsView(engine, watching, params.value ? base.with(params.value) : base);
  });
  if (typeof query !== "function") queryValue(query);
  const result = computed(() => current.value ?? EMPTY);
  const rows = computed(() => result.value.rows);
  return closable(rows, close, {
    status: computed(() => (void current.value, view.value.status.value)),
    get ready() {
      return new Promise<void>((done) => (void current.value, done()));
    },
    get error() {
      return view.peek().error;
    },
    with(values: Readonly<Record<string, unknown>>) {
      params.value = { ...params.peek(), ...values };
    },
    deltas(listener: (ops: readonly DeltaOp<StoredRow>[], commit: Commit | undefined) => void) {
      let before: Result | undefined;
      return effect(() => {
        const after = result.value;
        const ops = before && before !== after ? deltasBetween(before, after) : [];
        before = after;
        if (ops.length > 0) untracked(() => listener(ops, watching.commit));
      });
    },
    async *[Symbol.asyncIterator]() {
      let wake = () => {};
      let changed = false;
      const stop = effect(() => {
        void (open.value && rows.value);
        changed = true;
        wake();
      });
      try {
        while (open.peek()) {
          if (!changed) await new Promise<void>((done) => wake = done);
          if (!open.peek()) return;
          changed = false;
          yield rows.peek(); // whatever happened meanwhile is one step
        }
      } finally {
        stop();
      }
    },
  });
}

/** The handle of one row, a count or a value. */
function liveOne(engine: Engine, view: View<unknown>): object {
  engine.check();
  const { current, close } = handleOf(() => view);
  return closable(current, close);
}

/** A signal of the row with a key. */
export function liveRow(engine: Engine, watching: Watching, table: unknown, key: unknown): object {
  const data = engine.data(table);
  const at = userKey(data.def, key);
  const name = `row ${JSON.stringify(data.def.name)} ${typeof at} ${at}`;
  return liveOne(
    engine,
    watching.share<unknown>(name, () => new View<unknown>(watching, [data], () => data.get(at))),
  );
}

/** A signal of the number of rows of a query. */
export function liveCount(engine: Engine, watching: Watching, query: unknown): object {
  const value = queryValue(query);
  const { bound } = value;
  return liveOne(
    engine,
    watching.share<unknown>(
      `count ${JSON.stringify(value)}`,
      () =>
        new View<unknown>(
          watching,
          topicsOf(engine, value),
          () => prepare(engine, bound).count(windowOf(bound)),
        ),
    ),
  );
}

/** A signal of a value of the schema. */
export function liveValue(engine: Engine, watching: Watching, name: string): object {
  engine.getValue(name);
  return liveOne(
    engine,
    watching.share<unknown>(
      `value ${name}`,
      () => new View<unknown>(watching, [name], () => engine.getValue(name)),
    ),
  );
}
