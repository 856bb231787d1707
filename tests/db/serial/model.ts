import { cells, type Item, type Op, type Program, Trace } from "./program.ts";

/** The trace has what the run saw before it ended. */
class Ended extends Error {}

/** The table as a plain map. */
export class Items {
  rows: ReadonlyMap<string, Item>;
  constructor(rows: Iterable<Item>) {
    this.rows = new Map(Array.from(rows, (row) => [row.id, row]));
  }

  get sorted(): Item[] {
    return [...this.rows.values()].sort((a, b) => a.id < b.id ? -1 : 1);
  }

  /** What a run of `program` sees that begins here, up to `most` answers; its writes stay. */
  run({ ops, keep }: Program, most: number): Trace {
    const before = this.rows;
    const trace = new Trace();
    try {
      if (most > 0) { for (const op of ops) this.#perform(op, trace, most); }
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      this.rows = before;
    }
    if (!keep) this.rows = before;
    return trace;
  }

  #perform(op: Op, trace: Trace, most: number): void {
    if (op.do === "wait") return;
    if (op.do === "nest") {
      const before = this.rows;
      for (const step of op.ops) this.#perform(step, trace, most);
      if (!op.keep) this.rows = before;
      return;
    }
    trace.note(this.#answer(op, trace.mixed));
    if (trace.seen.length === most) throw new Ended();
  }

  #put(row: Item): unknown {
    this.rows = new Map(this.rows).set(row.id, row);
    return cells(row);
  }
  #drop(rows: readonly Item[]): void {
    this.rows = new Map([...this.rows].filter(([, row]) => !rows.includes(row)));
  }

  #answer(op: Exclude<Op, { do: "wait" | "nest" }>, mixed: number): unknown {
    const row = "id" in op ? this.rows.get(op.id) : undefined;
    const ofKind = "kind" in op ? this.sorted.filter(({ kind }) => kind === op.kind) : [];
    switch (op.do) {
      case "get":
        return cells(row);
      case "getMany":
        return op.ids.map((id) => cells(this.rows.get(id)));
      case "list":
        return ofKind.map(cells);
      case "count":
        return this.sorted.filter(({ amount }) => amount >= op.amount).length;
      case "put":
        return this.#put({ id: op.id, tag: row?.tag ?? null, kind: mixed % 3, amount: mixed });
      case "add":
        return row ? this.#put({ ...row, amount: row.amount + 1 }) : null;
      case "mix":
        return row
          ? this.#put({ ...row, amount: (row.amount + mixed) % 89, kind: mixed % 3 })
          : null;
      case "delete":
        if (row) this.#drop([row]);
        return row !== undefined;
      case "insert":
        if (row) return "taken: key";
        if (op.tag !== null && this.sorted.some(({ tag }) => tag === op.tag)) {
          return "taken: unique";
        }
        return this.#put({ id: op.id, tag: op.tag, kind: mixed % 3, amount: mixed });
      case "addAll":
        for (const each of ofKind) this.#put({ ...each, amount: each.amount + 2 });
        return ofKind.length;
      case "deleteAll":
        this.#drop(ofKind);
        return ofKind.length;
      case "claim": {
        const [first] = ofKind.sort((a, b) => a.amount - b.amount || (a.id < b.id ? -1 : 1));
        return first ? [this.#put({ ...first, kind: (op.kind + 1) % 3 })] : [];
      }
    }
  }
}
