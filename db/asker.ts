import type { Commit, RowWrite, ValueEntry, Watching } from "../engine/mod.ts";
import type { Answer, DriverSession, Maybe, Read, Work } from "./driver.ts";
import { call } from "./failure.ts";

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

  constructor(watching: Watching, session: DriverSession) {
    this.#watching = watching;
    this.#session = session;
  }

  want(view: Wanting): void {
    this.#wanted.add(view);
  }
  /** Has a view asked again after the next commit, whatever that concerns. */
  retry(view: Wanting): void {
    this.#failed.add(view);
  }
  /** Who is watched no longer wants nothing. */
  drop(view: Wanting): void {
    this.#wanted.delete(view);
    this.#failed.delete(view);
  }

  /** Begins a round; `news` where nothing else has happened since the last answers. */
  run(news: News | undefined): void {
    if (this.#running) return;
    for (const view of this.#failed) this.#wanted.add(view);
    this.#failed.clear();
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
      take(outcomes);
      this.run(undefined);
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
    return outcomeOf(() => this.#session.ask(request));
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
