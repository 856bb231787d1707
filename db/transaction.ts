import { keyIn, type MapKey, mapKeyOf } from "../schema/key.ts";
import type { TableDef } from "../schema/table.ts";
import type { StoredRow } from "../schema/types.ts";
import { tableUses } from "../query/table_uses.ts";
import type { Effect, WriteOptions } from "../engine/mod.ts";
import type { Core } from "./core.ts";
import type { Answer, Answers, CommitInfo, Read, Request, Work } from "./driver.ts";
import { sameAnswer } from "./equal.ts";
import { GuardedHold, isRefusal } from "./failure.ts";
import type { Runner } from "./session.ts";
import type { ReadOptions } from "./types.ts";
import { ask } from "./works.ts";

/** What a run has done, in order: what it read with the answer, and what it wrote. */
type Step =
  | { readonly request: Exclude<Read, { ask: "known" | "explain" }>; readonly answer: Answer }
  | { readonly effects: readonly Effect[]; readonly refused: boolean };

/** Why a run is given up: somebody else has changed what it read. */
export class Lost extends Error {}

/**
 * One run of a transaction's function: what it reads is remembered, what it writes is held back by the
 * driver. Before anything is read or committed, what was read before is verified if a table it is in was
 * written since, so that the function never sees two states.
 */
export class Run implements Runner {
  readonly core: Core;
  readonly hold: GuardedHold;
  readonly #steps: Step[] = [];
  /** What it has written, without what was taken back. */
  #effects: Effect[] = [];
  readonly #read = new Set<TableDef>();
  /** Rows by key as the run sees them. */
  #rows = new Map<TableDef, Map<MapKey, StoredRow | undefined>>();
  /** The clock up to which what was read is right. */
  #since: number;
  #ended: { readonly error: unknown } | undefined;
  /** What resolves when the verb that runs now is done. */
  #turn: Promise<void> | undefined;

  constructor(core: Core) {
    this.core = core;
    this.hold = new GuardedHold(core.session);
    this.#since = core.clock;
  }

  get wrote(): boolean {
    return this.#effects.length > 0;
  }
  check(): void {
    if (this.#ended) throw this.#ended.error;
    this.core.checkMaking(); // one that is open goes on while the database closes
  }
  /** From now on every use is this error. */
  end(error: unknown): void {
    this.#ended ??= { error };
  }
  /** Resolves when no verb is under way. */
  async idle(): Promise<void> {
    while (this.#turn) await this.#turn;
  }

  async read<R extends Read>(
    request: R,
    options: ReadOptions | undefined,
  ): Promise<Answers[R["ask"]]> {
    options?.signal?.throwIfAborted();
    return await this.#look(() => ask(request), false);
  }
  async write<T>(make: () => Work<T>, _options: WriteOptions | undefined): Promise<T> {
    return await this.#look(make, true);
  }

  /** One verb after the other: each begins with all that those before it did. */
  async #look<T>(make: () => Work<T>, writes: boolean): Promise<T> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    if (before) await before;
    try {
      return await this.#verb(make, writes);
    } finally {
      if (this.#turn === promise) this.#turn = undefined;
      resolve();
    }
  }
  async #verb<T>(make: () => Work<T>, writes: boolean): Promise<T> {
    this.check();
    let draft: Draft | undefined;
    const drafted = (kept: boolean): Work<T> => {
      draft = { steps: [], effects: [], rows: new Map(), entered: false };
      return this.#drafted(kept, make, draft);
    };
    try {
      const value = await this.hold.look(drafted, writes);
      this.check();
      return value;
    } catch (error) {
      // When it was not the verb that failed but what is below it, nobody knows what is in place.
      const failed = !draft?.entered || !this.hold.threw(error);
      if (error instanceof Lost || failed) this.end(error);
      throw error;
    } finally {
      // What a verb that failed has read is known to the function too.
      if (draft && !this.#ended) this.#take(draft);
    }
  }
  /** Work may be made again, so what it did counts when it has ended. */
  *#drafted<T>(kept: boolean, make: () => Work<T>, draft: Draft): Work<T> {
    yield* this.#enter(kept);
    draft.entered = true;
    return yield* this.core.through(make(), (request) => this.#perform(request, draft));
  }
  *#perform(request: Request, draft: Draft): Work<Answer> {
    if (request.ask === "keys") {
      const known = this.#known(request, draft);
      if (known) return known;
    }
    if (request.ask === "write") {
      const { effects } = request;
      try {
        yield request;
      } catch (error) {
        if (isRefusal(error)) draft.steps.push({ effects, refused: true });
        throw error;
      }
      draft.steps.push({ effects, refused: false });
      draft.effects.push(...effects);
      for (const effect of effects) noteEffect(draft.rows, effect);
      return undefined;
    }
    const answer = yield request;
    if (request.ask !== "known" && request.ask !== "explain") {
      draft.steps.push({ request, answer });
      if (request.ask === "keys") {
        // An answer to keys has a row, or nothing, for each.
        const found = answer as Answers["keys"];
        const rows = rowsOf(draft.rows, request.table);
        request.keys.forEach((key, i) => rows.set(mapKeyOf(key), found[i]));
      }
    }
    return answer;
  }
  /** The answer to a request by key where the run knows each row. */
  #known(
    { table, keys }: Extract<Read, { ask: "keys" }>,
    draft: Draft,
  ): Answers["keys"] | undefined {
    const own = draft.rows.get(table);
    const earlier = this.#rows.get(table);
    if (!own && !earlier) return undefined;
    const rows: (StoredRow | undefined)[] = [];
    for (const key of keys) {
      const at = mapKeyOf(key);
      if (own?.has(at)) rows.push(own.get(at));
      else if (earlier?.has(at)) rows.push(earlier.get(at));
      else return undefined;
    }
    return rows;
  }
  #take({ steps, effects, rows }: Draft): void {
    for (const step of steps) {
      this.#steps.push(step);
      if ("request" in step) { for (const table of tablesOf(step.request)) this.#read.add(table); }
    }
    for (const effect of effects) this.#effects.push(effect);
    for (const [table, changed] of rows) {
      const known = rowsOf(this.#rows, table);
      for (const [key, row] of changed) known.set(key, row);
    }
  }

  /** Begins to work: what was written before is put in place again, what was read is verified. */
  *#enter(kept: boolean): Work<void> {
    const moved = this.core.wrote(this.#read, this.#since);
    if (kept && (!moved || this.#effects.length > 0)) {
      return; // nobody can have come between
    }
    const { clock } = this.core;
    if (!moved) {
      if (this.#effects.length > 0) yield* this.#again(this.#effects, false);
    } else {
      for (const step of this.#steps) {
        if ("effects" in step) yield* this.#again(step.effects, step.refused);
        else if (!sameAnswer(yield step.request, step.answer)) throw lost();
      }
    }
    this.#since = clock;
  }
  *#again(effects: readonly Effect[], refused: boolean): Work<void> {
    let failed = false;
    try {
      yield { ask: "write", effects };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      failed = true;
    }
    if (failed !== refused) throw lost(); // it was otherwise before, so somebody else was there
  }

  /** Where a nested transaction begins. */
  get mark(): number {
    return this.#effects.length;
  }
  /** Takes back what was written since. */
  async undo(mark: number): Promise<void> {
    await this.idle();
    const undone = this.#effects.slice(mark).toReversed().map(inverse);
    if (undone.length === 0) return;
    await this.#look(function* () {
      yield { ask: "write", effects: undone };
    }, true);
    this.#effects.length = mark;
  }

  /** Commits what was written, if nobody has changed what was read. */
  async commit<T>(info: (effects: Effect[]) => CommitInfo, value: T): Promise<T> {
    const effects: Effect[] = [];
    const work = this.#committed.bind(this);
    await this.hold.commit(info(effects), (kept) => work(kept, effects));
    return value;
  }
  *#committed(kept: boolean, effects: Effect[]): Work<void> {
    yield* this.#enter(kept);
    effects.splice(0, Infinity, ...this.#effects);
    yield* this.core.settle(effects);
    this.core.moved(effects);
  }
}

/** What one verb does until it is known to have worked. */
interface Draft {
  /** Whether what was written and read before is in place and verified. */
  entered: boolean;
  readonly steps: Step[];
  readonly effects: Effect[];
  readonly rows: Map<TableDef, Map<MapKey, StoredRow | undefined>>;
}

function lost(): Lost {
  return new Lost("Cannot go on with this run as what it read has not changed: it has");
}

function rowsOf<T>(tables: Map<TableDef, Map<MapKey, T>>, table: TableDef): Map<MapKey, T> {
  let rows = tables.get(table);
  if (!rows) tables.set(table, rows = new Map());
  return rows;
}

function noteEffect(
  tables: Map<TableDef, Map<MapKey, StoredRow | undefined>>,
  { table, before, after }: Effect,
): void {
  const rows = rowsOf(tables, table);
  for (const row of before) rows.set(keyIn(table.key, row), undefined);
  for (const row of after) rows.set(keyIn(table.key, row), row);
}

function tablesOf(request: Extract<Step, { request: Read }>["request"]): readonly TableDef[] {
  return "query" in request ? tableUses(request.query) : [request.table];
}

const INVERSE = { insert: "delete", delete: "insert", evict: "insert", update: "update" } as const;

/** What takes an effect back. */
function inverse({ table, kind, columns, before, after }: Effect): Effect {
  const all = kind === "delete" || kind === "evict"
    ? table.columns.map(({ name }) => name)
    : columns;
  return { table, kind: INVERSE[kind], columns: all, before: after, after: before };
}
