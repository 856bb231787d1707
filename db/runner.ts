import { DataError } from "../schema/errors.ts";
import type { WriteOptions } from "../engine/mod.ts";
import type { Effect } from "../engine/mod.ts";
import type { Core } from "./core.ts";
import { checkAnswer, misread } from "./misread.ts";
import { type Watch, Watched } from "./watched.ts";
import type { Answers, Maybe, Read, Request, Work } from "./driver.ts";
import { call } from "./failure.ts";
import { GuardedHold } from "./guarded.ts";
import type { ReadOptions } from "./types.ts";
import { deferred } from "./deferred.ts";
import type { Runner } from "./verbs.ts";

/** Runs the verbs of a database: each read at one state, each write as a commit of its own. */
export class DatabaseRunner implements Runner {
  readonly core: Core;
  constructor(core: Core) {
    this.core = core;
  }

  check(): void {
    this.core.check();
  }
  async read<R extends Read>(
    request: R,
    options: ReadOptions | undefined,
  ): Promise<Answers[R["ask"]]> {
    const { core } = this;
    core.enter();
    try {
      options?.signal?.throwIfAborted();
      const gone = options && new AbortController();
      const asked = call(() => core.session.ask(request, gone?.signal));
      const answer = await (options === undefined ? asked : inTime(asked, options, gone));
      if (core.adopted) checkAnswer(request, answer);
      return answer;
    } catch (error) {
      throw core.adopted ? misread(request, error) : error;
    } finally {
      core.leave();
    }
  }
  async write<T>(make: () => Work<T>, options: WriteOptions | undefined): Promise<T> {
    const { core } = this;
    core.enter();
    try {
      const effects: Effect[] = [];
      const info = core.info(options, effects);
      const hold = new GuardedHold(core.session);
      return (await hold.commit(info, () => this.#work(make, effects, hold))).value;
    } finally {
      core.leave();
    }
  }
  #work<T>(make: () => Work<T>, effects: Effect[], hold: GuardedHold): Work<T> {
    effects.length = 0; // it may be made again
    const { core } = this;
    if (core.schema.references.length > 0) return this.#settled(make, effects);
    return new Watched(core, make(), new Noted(effects, core), hold);
  }
  *#settled<T>(make: () => Work<T>, effects: Effect[]): Work<T> {
    const value = yield* new Watched(this.core, make(), new Noted(effects, undefined));
    yield* this.core.settle(effects);
    this.core.moved(effects);
    return value;
  }
}

/** Notes what is written; with a `core` it is told at the end. */
class Noted implements Watch {
  readonly #effects: Effect[];
  readonly #core: Core | undefined;
  constructor(effects: Effect[], core: Core | undefined) {
    this.#effects = effects;
    this.#core = core;
  }
  known(): undefined {}
  answered(request: Request): void {
    if (request.ask === "write") {
      for (const effect of request.effects) {
        this.#effects.push(effect);
      }
    }
  }
  refused(): void {}
  ended(): void {
    this.#core?.moved(this.#effects);
  }
}

function late(): DataError {
  return new DataError(
    "timeout",
    "Cannot wait for the answer as its time is over: it is late",
  );
}

/** The options for each page of a read, whose time runs from the first on. */
export function pageOptions(
  options: ReadOptions | undefined,
): () => ReadOptions | undefined {
  const timeoutMs = options?.timeoutMs;
  if (timeoutMs === undefined) return () => options;
  let ends: number | undefined;
  return () => {
    const now = performance.now();
    ends ??= now + timeoutMs;
    if (now > ends) throw late();
    return { ...options, timeoutMs: ends - now };
  };
}

/** An answer that has to wait is given up when its time is over or its signal aborts; `gone` aborts then. */
export async function inTime<T>(
  answer: Maybe<T>,
  { signal, timeoutMs }: ReadOptions,
  gone?: AbortController,
): Promise<T> {
  if (timeoutMs !== undefined && !(timeoutMs >= 0)) {
    throw new RangeError(
      "Cannot read with a time limit as it is 0 or more milliseconds: it is not",
    );
  }
  if (!(answer instanceof Promise)) return answer;
  const given = deferred<never>();
  const giveUp = (reason: unknown) => {
    given.reject(reason);
    gone?.abort();
  };
  const abort = () => giveUp(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const timer = timeoutMs === undefined || timeoutMs === Infinity ? undefined : setTimeout(() => {
    giveUp(late());
  }, timeoutMs);
  try {
    return await Promise.race([answer, given.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
