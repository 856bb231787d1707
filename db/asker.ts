import type { Commit, RowWrite, ValueEntry, Watching } from "../engine/mod.ts";
import type { Answer, DriverSession, Maybe, Read, Work } from "./driver.ts";
import { call } from "./failure.ts";
import { unref } from "./unref.ts";

/** What became of a request. */
export type Outcome = { readonly value: Answer } | { readonly error: unknown };

/** What writes there were, and the commit that made all of them. */
export interface News {
  readonly entries: readonly (RowWrite | ValueEntry)[];
  readonly commit: Commit | undefined;
  /** The time of the first of them. */
  readonly since: number;
}

/** Who wants an answer. */
export interface Wanting {
  readonly request: Read;
  /** Whether its answer is the same as before these writes. */
  unmoved(news: News): boolean;
  /** Works out what these writes lead to; gives what takes that, undefined where it has to ask. */
  follow(news: News): (() => void) | undefined;
  /** Takes what a question of the time `seq` gave. */
  take(seq: number, outcome: Outcome, commit: Commit | undefined): void;
}

/** The first and the longest pause before those that got no answer are asked for again, each twice as long. */
const PAUSE_MS = { first: 20, longest: 5_000 };

/**
 * Asks a driver for all that want an answer at one state, and gives them their answers in one batch, so
 * that nobody ever sees one result ahead of another. What is wanted meanwhile is the next round.
 */
export class Asker {
  readonly #watching: Watching;
  readonly #session: DriverSession;
  readonly #wanted = new Set<Wanting>();
  /** Those that got no answer, which may be another's fault. */
  readonly #failed = new Set<Wanting>();
  #running = false;
  /** Whether an answer ever had to be waited for. */
  #slow = false;
  #pauseMs = PAUSE_MS.first;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(watching: Watching, session: DriverSession) {
    this.#watching = watching;
    this.#session = session;
  }

  want(view: Wanting): void {
    this.#wanted.add(view);
  }
  /**
   * Has a view asked again after the next commit, whatever that concerns; after a pause, too, where answers have
   * to be waited for: a server that is gone tells nobody when it is back.
   */
  retry(view: Wanting): void {
    if (this.#ended) return;
    this.#failed.add(view);
    if (!this.#slow || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.run(undefined);
    }, this.#pauseMs);
    unref(this.#timer);
    this.#pauseMs = Math.min(2 * this.#pauseMs, PAUSE_MS.longest);
  }
  /** Who is watched no longer wants nothing. */
  drop(view: Wanting): void {
    this.#wanted.delete(view);
    this.#failed.delete(view);
    if (this.#failed.size === 0) this.#pause();
  }
  /** Asks for nothing any more, as the database is closed. */
  end(): void {
    this.#ended = true;
    this.#failed.clear();
    this.#pause();
  }
  #pause(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Begins a round; `news` where nothing else has happened since the last answers. */
  run(news: News | undefined): void {
    for (const view of this.#failed) this.#wanted.add(view);
    this.#failed.clear();
    this.#pause();
    this.#round(news);
  }

  #round(news: News | undefined): void {
    if (this.#running) return;
    const { seq } = this.#watching;
    const moved = [...this.#wanted].filter((view) => !news || !this.#try(() => view.unmoved(news)));
    this.#wanted.clear();
    const { views, steps } = this.#sort(moved, news);
    const take = (outcomes: readonly Outcome[]) =>
      this.#watching.deliver(() => {
        for (const step of steps) step();
        for (const [i, outcome] of outcomes.entries()) views[i]?.take(seq, outcome, news?.commit);
      });
    if (views.length === 0) return steps.length > 0 ? take([]) : undefined;
    const found = this.#ask(views);
    if (!(found instanceof Promise)) return take(found);
    this.#running = this.#slow = true;
    void found.then((outcomes) => {
      this.#running = false;
      if (outcomes.some((outcome) => "value" in outcome)) this.#pauseMs = PAUSE_MS.first;
      take(outcomes);
      this.#round(undefined); // what was wanted meanwhile; who got no answer waits
    });
  }

  /** Who has to ask, and the steps of the others; where answers are slow, all go one way. */
  #sort(moved: readonly Wanting[], news: News | undefined): {
    readonly views: readonly Wanting[];
    readonly steps: readonly (() => void)[];
  } {
    const found = moved.map((view) => news && this.#try(() => view.follow(news)));
    const views = moved.filter((_, i) => !found[i]);
    if (views.length > 0 && this.#slow) return { views: moved, steps: [] };
    return { views, steps: found.flatMap((step) => step ?? []) };
  }
  /** What can't be worked out here, such as a product out of range, is asked for. */
  #try<T>(fn: () => T): T | undefined {
    try {
      return fn();
    } catch {
      return undefined;
    }
  }
  /** Asks for one view. */
  one({ request }: Wanting): Maybe<Outcome> {
    const found = outcomeOf(() => this.#session.ask(request));
    if (found instanceof Promise) this.#slow = true;
    return found;
  }
  #ask(views: readonly Wanting[]): Maybe<readonly Outcome[]> {
    const [only] = views;
    if (only && views.length === 1) {
      const found = this.one(only);
      return found instanceof Promise ? found.then((outcome) => [outcome]) : [found];
    }
    const found = outcomeOf(() => {
      const hold = this.#session.hold();
      const answers = hold.look(() => askEach(views), false);
      if (!(answers instanceof Promise)) return (hold.end(), answers);
      return answers.finally(() => hold.end());
    });
    // The work gives one outcome for each view; an error is of all of them.
    const each = (all: { readonly value: readonly Outcome[] } | { readonly error: unknown }) =>
      "error" in all ? views.map(() => all) : all.value;
    return found instanceof Promise ? found.then(each) : each(found);
  }
}

function* askEach(views: readonly Wanting[]): Work<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { request } of views) {
    try {
      outcomes.push({ value: yield request });
    } catch (error) {
      outcomes.push({ error });
    }
  }
  return outcomes;
}

/** Calls a driver; never throws or rejects. */
function outcomeOf<T>(
  ask: () => Maybe<T>,
): Maybe<{ readonly value: T } | { readonly error: unknown }> {
  try {
    const value = call(ask);
    if (!(value instanceof Promise)) return { value };
    return value.then((value) => ({ value }), (error: unknown) => ({ error }));
  } catch (error) {
    return { error };
  }
}
