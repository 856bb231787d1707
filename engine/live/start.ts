/**
 * Results that somebody else has worked out, such as a server for the page it rendered: live queries begin
 * with them, and go over to what their source says.
 *
 * ```text
 * first read                the source's first answer           an answer that differs from its first
 * the start                 the start, where both are the same  the source's
 *                           or the source knew nothing yet;
 *                           else the source's
 * ```
 *
 * @module
 */
import { keyValues, mapKeyOf } from "../../schema/key.ts";
import { same } from "../../schema/same.ts";
import { tableDef } from "../../schema/table.ts";
import { effect, type ReadonlySignal, signal, untracked } from "../signal.ts";
import type { ViewLike } from "./handle.ts";
import { Result } from "./result.ts";

/** What live queries of a source begin with, by the names below. */
export type Starts = Map<string, Start<unknown>>;

const STARTS = new WeakMap<object, Starts>();

/** What the live queries of a source begin with. */
export function startsOf(source: object): Starts {
  let starts = STARTS.get(source);
  if (!starts) STARTS.set(source, starts = new Map());
  return starts;
}

/** What the rows of a query, or their number, go by. */
export function queryName(kind: "rows" | "count", hash: string): string {
  return `${kind} ${hash}`;
}
/** What the row with a key goes by. */
export function rowName(table: unknown, key: unknown): string {
  const def = tableDef(table);
  const at = mapKeyOf(keyValues(def, key));
  return `row ${JSON.stringify(def.name)} ${typeof at} ${at}`;
}
/** What a value goes by. */
export function valueName(name: string): string {
  return `value ${name}`;
}

function sameContent(a: unknown, b: unknown): boolean {
  return a === b || same(a instanceof Result ? a.rows : a, b instanceof Result ? b.rows : b);
}

/** A result to begin with, shared by all handles of one query. */
export class Start<T> {
  readonly value: T;
  /** Whether it also stands for an answer that differs, until that changes. */
  readonly #holds: boolean;
  readonly #answered = signal(false);
  readonly #failed = signal(false);
  #begun = false;
  #first: unknown;
  /** Whether the source goes its own way. */
  #over = false;

  constructor(value: T, holds: boolean) {
    this.value = value;
    this.#holds = holds;
  }

  get answered(): boolean {
    return this.#answered.value;
  }
  get failed(): boolean {
    return this.#failed.value;
  }
  /** What is shown where the source says `answer`. */
  shown(answer: T | undefined): T | undefined {
    if (!this.#over && sameContent(answer, this.#first)) return this.value;
    this.#over = true;
    return answer;
  }
  /** Asks the source, after everybody who renders now has seen the start. */
  begin(view: ViewLike<T>, ended: ReadonlySignal<boolean>): void {
    if (this.#begun) return;
    this.#begun = true;
    queueMicrotask(() => {
      let stop = () => {};
      const finish = () => queueMicrotask(() => stop());
      stop = effect(() => {
        const answer = view.read();
        const status = view.status.value;
        if (status === "failed") this.#failed.value = true;
        if (status === "ready") untracked(() => this.#answer(answer));
        if (status === "ready" || ended.value) finish();
      });
    });
  }
  #answer(answer: T | undefined): void {
    this.#over = !this.#holds && !sameContent(answer, this.value);
    this.#first = answer;
    this.#answered.value = true;
  }
}

/** A view that begins with `start`; itself without one. */
export function startedView<T>(
  view: ViewLike<T>,
  start: Start<T> | undefined,
  ended: ReadonlySignal<boolean>,
): ViewLike<T> {
  if (!start) return view;
  const status = {
    get value() {
      return start.answered ? view.status.value : start.failed ? "failed" : "ready";
    },
  };
  return {
    read() {
      if (start.answered) return start.shown(view.read());
      untracked(() => start.begin(view, ended));
      return start.value;
    },
    // Read by computed signals alone.
    status: status as ViewLike<T>["status"],
    get error() {
      return view.error;
    },
  };
}
