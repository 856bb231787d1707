import type { StoredRow } from "../../schema/types.ts";
import { type QueryValue, queryValue } from "../../query/query.ts";
import { userKey } from "../../schema/key.ts";
import type { Commit } from "../commit.ts";
import type { Engine } from "../engine.ts";
import { computed, effect, signal, untracked } from "../signal.ts";
import { opsOf } from "./deltas.ts";
import { Result, type Step, Steps } from "./result.ts";
import { counted, rowsView } from "./rows_view.ts";
import type { DeltaOp } from "./types.ts";
import { View } from "./view.ts";
import type { Watching } from "./watching.ts";

const EMPTY = new Result(new Steps(), 0, () => ({ rows: [], keys: () => [] }));

/** A signal of one view that ends by `Symbol.dispose`: it keeps its value and lets the view go. */
function handleOf<T>(viewOf: () => View<T>) {
  const open = signal(true);
  const view = computed(viewOf);
  let last: T | undefined;
  const current = computed(() => open.value ? last = view.value.read() : last);
  /** What is to be done when it ends. */
  const ends = new Set<() => void>();
  const close = () => {
    for (const end of ends) end();
    untracked(() => current.value); // the last value, also of a handle that nobody has read
    open.value = false;
  };
  return { open, view, current, close, ends };
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
  const { open, view, current, close, ends } = handleOf(() => {
    const base = queryValue(typeof query === "function" ? query() : query);
    const value = params.value ? base.with(params.value) : base;
    return rowsView(engine, watching, `rows ${JSON.stringify(value)}`, value.bound);
  });
  if (typeof query !== "function") queryValue(query);
  const result = computed(() => current.value ?? EMPTY);
  const rows = computed(() => result.value.rows);
  const end = () => {
    rows.peek(); // others may go on with the view, and its rows are known no longer
    close();
  };
  return closable(rows, end, {
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
      const unseen: Step[] = [];
      let before: Result | undefined;
      const end = () => void before?.steps.readers.delete(unseen);
      const stop = effect(() => {
        const after = result.value;
        let steps = unseen.splice(0);
        if (before?.steps !== after.steps) { // another query's
          end();
          steps = before ? [{ ops: undefined, commit: undefined, from: before, to: after }] : [];
          if (open.peek()) after.steps.readers.add(unseen);
        }
        before = after;
        for (const step of steps) {
          try {
            const ops = opsOf(step);
            if (ops.length > 0) untracked(() => listener(ops, step.commit));
          } catch (error) {
            console.error(error); // the others are still to hear of it
          }
        }
      });
      ends.add(end);
      return () => {
        ends.delete(end);
        end();
        stop();
      };
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
    watching.share<unknown>(name, () =>
      new View<unknown>(watching, {
        topics: [{ on: data, guard: { columns: data.def.key, keys: [at] } }],
        compute: () => data.get(at),
      })),
  );
}

/** A signal of the number of rows of a query. */
export function liveCount(engine: Engine, watching: Watching, query: unknown): object {
  const value: QueryValue = queryValue(query);
  const name = `count ${JSON.stringify(value)}`;
  const { current, close } = handleOf(() => rowsView(engine, watching, name, counted(value.bound)));
  engine.check();
  void value.bound;
  return closable(computed(() => current.value?.length), close);
}

/** A signal of a value of the schema. */
export function liveValue(engine: Engine, watching: Watching, name: string): object {
  engine.getValue(name);
  return liveOne(
    engine,
    watching.share<unknown>(`value ${name}`, () =>
      new View<unknown>(watching, {
        topics: [{ on: name }],
        compute: () => engine.getValue(name),
      })),
  );
}
