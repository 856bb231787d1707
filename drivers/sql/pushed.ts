import { type Dialect, Params } from "./dialect.ts";

/** A condition in SQL; where it is not exact it keeps more rows than it should. */
export interface Pushed {
  readonly sql: string;
  readonly exact: boolean;
}

/** All rows. */
export const ALL: Pushed = { sql: "TRUE", exact: true };
/** No row. */
export const NONE: Pushed = { sql: "FALSE", exact: true };
/** A condition that is left to memory altogether. */
export const LEFT: Pushed = { sql: "TRUE", exact: false };

/** A condition that is what it should be. */
export function exactly(sql: string): Pushed {
  return { sql, exact: true };
}

/** True or false for every row, as a rule is; its complement when `negated`. */
export function decided(truth: boolean, negated: boolean): Pushed {
  return truth === negated ? NONE : ALL;
}

/** A test that may be null, which counts as false; its complement when `negated`. */
export function tested(sql: string, negated: boolean): Pushed {
  return exactly(negated ? `(${sql}) IS NOT TRUE` : `(${sql})`);
}

/** A statement while it is written: parameters in the order of its text, and names for rows. */
export class Writer {
  readonly params: Params;
  #aliases = 0;
  constructor(readonly dialect: Dialect) {
    this.params = new Params(dialect);
  }

  /** Binds a value. */
  add(value: unknown): string {
    return this.params.add(value);
  }
  /** A name for the rows of a subselect. */
  alias(): string {
    return `e${++this.#aliases}`;
  }
  /** Takes back what was bound since there were `size` parameters. */
  cut(size: number): void {
    this.params.values.length = size;
  }
}

/** Joined in halves, since engines limit how deep an expression may be. */
function joined(items: readonly string[], word: string): string {
  if (items.length <= 16) return items.join(word);
  const half = items.length >> 1;
  return `(${joined(items.slice(0, half), word)})${word}(${joined(items.slice(half), word)})`;
}

/** All of some conditions; of nothing: true. */
export function allOf(items: readonly (() => Pushed)[]): Pushed {
  const done = items.map((item) => item());
  const exact = done.every((item) => item.exact);
  const texts = done.map(({ sql }) => sql).filter((sql) => sql !== "TRUE");
  if (texts.length === 0) return { sql: "TRUE", exact };
  return { sql: texts.length === 1 ? texts.join() : `(${joined(texts, " AND ")})`, exact };
}

/** Some of some conditions; of nothing: false. */
export function anyOf(items: readonly (() => Pushed)[], out: Writer): Pushed {
  const size = out.params.values.length;
  const done = items.map((item) => item());
  const all = done.find(({ sql }) => sql === "TRUE");
  if (all) {
    out.cut(size); // then the others narrow nothing
    return done.some(({ sql, exact }) => sql === "TRUE" && exact) ? ALL : LEFT;
  }
  const exact = done.every((item) => item.exact);
  const texts = done.map(({ sql }) => sql).filter((sql) => sql !== "FALSE");
  if (texts.length === 0) return { sql: "FALSE", exact };
  return { sql: texts.length === 1 ? texts.join() : `(${joined(texts, " OR ")})`, exact };
}
