import fc from "fast-check";
import {
  gte,
  increment,
  integer,
  query,
  type Schema,
  table,
  text,
  type Transaction,
} from "../../../mod.ts";
import { DataError } from "../../../mod.ts";
import { sleep } from "../subject.ts";

export const items = table("items", {
  id: text().primaryKey(),
  kind: integer(),
  amount: integer(),
  tag: integer().optional().unique(),
}, { indexes: ["kind"] });

export const itemsSchema: Schema = { tables: [items] };

/** A row of `items`. */
export interface Item {
  readonly id: string;
  readonly kind: number;
  readonly amount: number;
  readonly tag: number | null;
}

/** What one step of a transaction does; what it writes depends on all that was read before. */
export type Op =
  | { readonly do: "get" | "put" | "add" | "mix" | "delete"; readonly id: string }
  | { readonly do: "insert"; readonly id: string; readonly tag: number | null }
  | { readonly do: "list" | "addAll" | "claim" | "deleteAll"; readonly kind: number }
  | { readonly do: "count"; readonly amount: number }
  | { readonly do: "getMany"; readonly ids: readonly string[] }
  | { readonly do: "wait"; readonly ms: number | undefined }
  | { readonly do: "nest"; readonly keep: boolean; readonly ops: readonly Op[] };

/** What one of those does who work at once. */
export interface Program {
  /** Without a transaction around: of each step a commit of its own. */
  readonly plain: boolean;
  readonly keep: boolean;
  readonly begin: number;
  readonly ops: readonly Op[];
}

const id = fc.constantFrom("a", "b", "c", "d");
const kind = fc.nat(2);
const flat: fc.Arbitrary<Op> = fc.oneof(
  fc.record({ do: fc.constantFrom("get", "put", "add", "mix", "delete"), id }),
  fc.record({ do: fc.constantFrom("get", "mix"), id }),
  fc.record({ do: fc.constant("insert" as const), id, tag: fc.option(fc.nat(2)) }),
  fc.record({ do: fc.constantFrom("list", "addAll", "claim", "deleteAll"), kind }),
  fc.record({ do: fc.constant("count" as const), amount: fc.constantFrom(0, 1, 40) }),
  fc.record({ do: fc.constant("getMany" as const), ids: fc.array(id, { maxLength: 3 }) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(undefined, 0, 0, 1) }),
) as fc.Arbitrary<Op>; // the names of each record go with its other properties
const nest: fc.Arbitrary<Op> = fc.record({
  do: fc.constant("nest" as const),
  keep: fc.boolean(),
  ops: fc.array(flat, { minLength: 1, maxLength: 4 }),
});
const inside = fc.array(fc.oneof({ weight: 6, arbitrary: flat }, { weight: 1, arbitrary: nest }), {
  minLength: 1,
  maxLength: 6,
});
const begin = fc.nat(2);
const program: fc.Arbitrary<Program> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      plain: fc.constant(false),
      keep: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, fc.constant(false)),
      begin,
      ops: inside,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      plain: fc.constant(true),
      keep: fc.constant(true),
      begin,
      ops: fc.array(flat, { minLength: 1, maxLength: 1 }),
    }),
  },
);
/** Programs that run at once. */
export const programs: fc.Arbitrary<Program[]> = fc.array(program, { minLength: 2, maxLength: 5 });

/** What a run has seen, each answer as text, and a number that all of it goes into. */
export class Trace {
  readonly seen: string[] = [];
  mixed = 0;

  note(answer: unknown): void {
    const text = JSON.stringify(answer) ?? "none";
    this.seen.push(text);
    for (const letter of text) this.mixed = (this.mixed * 31 + (letter.codePointAt(0) ?? 0)) % 97;
  }
}

/** A row as it goes into a trace. */
export function cells(row: Item | undefined): unknown {
  return row ? [row.id, row.kind, row.amount, row.tag] : null;
}

/** Why a nested transaction or a whole one is taken back. */
export const UNDONE: unique symbol = Symbol("undone");

type Verbs = Omit<Transaction, "rollback" | "transaction" | "attempt">;

/** Does one step; only in a transaction it may be a nested one. */
export async function perform(
  verbs: Verbs,
  op: Op,
  trace: Trace,
  options: { readonly origin?: string } = {},
): Promise<void> {
  const { mixed } = trace;
  switch (op.do) {
    case "get":
      return trace.note(cells(await verbs.get(items, op.id)));
    case "getMany":
      return trace.note((await verbs.getMany(items, op.ids)).map(cells));
    case "list":
      return trace.note((await verbs.all(query(items).where({ kind: op.kind }))).map(cells));
    case "count":
      return trace.note(await verbs.count(query(items).where({ amount: gte(op.amount) })));
    case "put": {
      const row = { id: op.id, kind: mixed % 3, amount: mixed };
      return trace.note(cells(await verbs.upsert(items, row, options)));
    }
    case "add":
      return trace.note(cells(await verbs.update(items, op.id, { amount: increment(1) }, options)));
    case "mix": {
      const patch = ({ amount }: Item) => ({ amount: (amount + mixed) % 89, kind: mixed % 3 });
      return trace.note(cells(await verbs.update(items, op.id, patch, options)));
    }
    case "delete":
      return trace.note(await verbs.delete(items, op.id, options));
    case "insert": {
      const row = { id: op.id, kind: mixed % 3, amount: mixed, tag: op.tag };
      try {
        return trace.note(cells(await verbs.insert(items, row, options)));
      } catch (error) {
        if (!(error instanceof DataError) || error.code !== "constraint") throw error;
        return trace.note(`taken: ${error.rule}`);
      }
    }
    case "addAll": {
      const patch = { amount: increment(2) };
      return trace.note(await verbs.updateAll(items, { kind: op.kind }, patch, options));
    }
    case "deleteAll":
      return trace.note(await verbs.deleteAll(items, { kind: op.kind }, options));
    case "claim": {
      const first = query(items).where({ kind: op.kind }).orderBy("amount").limit(1);
      const patch = { kind: (op.kind + 1) % 3 };
      return trace.note((await verbs.claim(first, patch, options)).map(cells));
    }
    case "wait":
      return op.ms === undefined ? await undefined : await sleep(op.ms);
    case "nest": {
      const tx = verbs as Transaction; // programs have it in transactions only
      await tx.transaction(async (inner) => {
        for (const step of op.ops) await perform(inner, step, trace);
        if (!op.keep) inner.rollback(UNDONE);
      }).catch((error) => {
        if (error !== UNDONE) throw error;
      });
    }
  }
}
