import type { StoredRow } from "../../schema/types.ts";
import type { Ast } from "../../query/ast.ts";
import { queryValue } from "../../query/query.ts";
import { tableDef } from "../../schema/table.ts";
import type { Commit } from "../commit.ts";
import { computed, effect, type ReadonlySignal, signal, untracked } from "../signal.ts";
import { opsOf } from "./deltas.ts";
import { type LiveInfo, registerLive } from "./info.ts";
import { type Reader, Result, type Step, Steps } from "./result.ts";
import { queryName, rowName, type Start, startedView, type Starts, valueName } from "./start.ts";
import type { DeltaOp, Lives } from "./types.ts";

/** A shared result as a handle reads it. */
export interface ViewLike<T> {
  /** The result, undefined when there is none yet; subscribes whoever computes. */
  read(): T | undefined;
  readonly status: ReadonlySignal<"loading" | "ready" | "failed">;
  readonly error: unknown;
}

/** Where a source has its shared results. */
export interface Views {
  /** @throws {DataError} With code `"closed"` once closed. */
  check(): void;
  /** Whether it is closed, so that nothing changes any more. */
  readonly ended: ReadonlySignal<boolean>;
  /** The rows of a query; equal names are equal queries. */
  rows(name: string, ast: Ast): ViewLike<Result>;
  /** How many rows it has. */
  count(name: string, ast: Ast): ViewLike<number>;
  /** The row with a key. */
  row(table: unknown, key: unknown): ViewLike<unknown>;
  /** A value of the schema. */
  value(name: string): ViewLike<unknown>;
}

const EMPTY = new Result(new Steps(), 0, { rows: [], keys: () => [] });

const NONE: Step[] = [];

/** A signal of one view that ends by `Symbol.dispose`: it keeps its value and lets the view go. */
function handleOf<T, U>(viewOf: () => ViewLike<T>, none: U) {
  const open = signal(true);
  const view = computed(viewOf);
  let last: T | U = none;
  const current = computed(() => {
    if (!open.value) return last;
    const read = view.value.read();
    return last = read === undefined ? none : read; // null is a value
  });
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
function liveRows(views: Views, query: unknown, starts: Starts): object {
  views.check();
  const params = signal<Readonly<Record<string, unknown>> | undefined>(undefined);
  const asked = computed(() => {
    const base = queryValue(typeof query === "function" ? query() : query);
    return params.value ? base.with(params.value) : base;
  });
  const startOf = () => startNamed<Result>(starts, () => queryName("rows", asked.value.hash));
  const { open, view, current, close, ends } = handleOf(() => {
    const value = asked.value;
    const shared = views.rows(`rows ${JSON.stringify(value)}`, value.bound);
    return startedView(shared, startOf(), views.ended);
  }, EMPTY);
  if (typeof query !== "function") queryValue(query);
  const rows = computed(() => current.value.rows);
  const end = () => {
    rows.peek(); // others may go on with the view, and its rows are known no longer
    close();
  };
  const status = computed(() => (void current.value, view.value.status.value));
  registerLive(rows, {
    kind: "rows",
    get name() {
      return queryName("rows", asked.peek().hash);
    },
    get query() {
      return asked.peek();
    },
    get status() {
      return status.peek();
    },
    get error() {
      return view.peek().error;
    },
    get start() {
      const start = untracked(startOf);
      return start && { value: start.value.rows };
    },
  });
  return closable(rows, end, {
    status,
    get ready() {
      return new Promise<void>((done) => {
        let stop = () => {};
        const end = () => (done(), queueMicrotask(() => stop()));
        stop = effect(() => {
          void (open.value && current.value);
          if (!open.value || view.value.status.value !== "loading") untracked(end);
        });
      });
    },
    get error() {
      return view.peek().error;
    },
    with(values: Readonly<Record<string, unknown>>) {
      params.value = { ...params.peek(), ...values };
    },
    deltas(listener: (ops: readonly DeltaOp<StoredRow>[], commit: Commit | undefined) => void) {
      const reader: Reader = { unseen: [] };
      let before: Result | undefined;
      const end = () => void before?.steps.readers.delete(reader);
      const stop = effect(() => {
        const after = current.value;
        let steps = reader.unseen;
        if (steps.length > 0) reader.unseen = NONE; // a listener may write
        if (before?.steps !== after.steps) { // another query's
          end();
          steps = before ? [{ ops: undefined, commit: undefined, from: before, to: after }] : [];
          if (open.peek()) after.steps.readers.add(reader);
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
        void (open.value && !views.ended.value && rows.value);
        changed = true;
        wake();
      });
      const goesOn = () => open.peek() && !views.ended.peek();
      try {
        while (goesOn()) {
          if (!changed) await new Promise<void>((done) => wake = done);
          if (!goesOn()) return;
          changed = false;
          yield rows.peek(); // whatever happened meanwhile is one step
        }
      } finally {
        stop();
      }
    },
  });
}

/** What is to begin with, if there is anything; its name costs something. */
function startNamed<T>(starts: Starts, nameOf: () => string): Start<T> | undefined {
  // A name says what it is the result of, so equal names have one type.
  return starts.size > 0 ? starts.get(nameOf()) as Start<T> | undefined : undefined;
}

/** The handle of one row, a count or a value. */
function liveOne(
  views: Views,
  shared: ViewLike<unknown>,
  starts: Starts,
  about: Pick<LiveInfo, "kind" | "name" | "query" | "table" | "of">,
): object {
  views.check();
  const start = startNamed<unknown>(starts, () => about.name);
  const view = startedView(shared, start, views.ended);
  const { current, close } = handleOf(() => view, undefined);
  const status = computed(() => (void current.value, view.status.value));
  const more: Omit<LiveInfo, keyof typeof about> = {
    get status() {
      return status.peek();
    },
    get error() {
      return view.error;
    },
    start,
  };
  registerLive(
    current,
    Object.defineProperties(more, Object.getOwnPropertyDescriptors(about)) as LiveInfo, // both parts
  );
  return closable(current, close);
}

/** A signal of the number of rows of a query. */
function liveCount(views: Views, query: unknown, starts: Starts): object {
  views.check();
  const value = queryValue(query);
  const { bound } = value;
  return liveOne(views, views.count(`count ${JSON.stringify(value)}`, bound), starts, {
    kind: "count",
    get name() {
      return queryName("count", value.hash);
    },
    query: value,
  });
}
function liveRow(views: Views, table: unknown, key: unknown, starts: Starts): object {
  return liveOne(views, views.row(table, key), starts, {
    kind: "row",
    name: rowName(table, key),
    table: tableDef(table).name,
  });
}
function liveValue(views: Views, name: string, starts: Starts): object {
  return liveOne(views, views.value(name), starts, {
    kind: "value",
    name: valueName(name),
    of: name,
  });
}

/** The verbs that make handles; `viewsOf` is called by the first one. */
export function livesOf(
  viewsOf: () => Views,
  starts: Starts = new Map(),
): Omit<Lives, "changes"> {
  let made: Views | undefined;
  const views = () => made ??= viewsOf();
  return {
    // The handles are signals of rows of the query, as their types say.
    live: (query) => liveRows(views(), query, starts) as never,
    liveRow: (table, key) => liveRow(views(), table, key, starts) as never, // as above
    liveCount: (query) => liveCount(views(), query, starts) as never, // as above
    liveValue: (name) => liveValue(views(), name, starts) as never, // as above
  };
}
