import fc from "fast-check";
import type { TableName } from "./schema.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** An amount to add, as data. */
export class Plus {
  constructor(readonly by: number | bigint) {}
}

export interface Test {
  readonly column: string;
  readonly op: "eq" | "gt" | "lte" | "oneOf";
  readonly operand: unknown;
}

/** One step of a history, as plain data. */
export type Operation =
  | {
    readonly verb: "insert";
    readonly table: TableName;
    readonly rows: readonly Fields[];
    readonly conflict: "error" | "ignore" | {
      readonly columns: readonly string[];
      readonly update: "all" | readonly string[];
    };
  }
  | {
    readonly verb: "upsert";
    readonly table: TableName;
    readonly rows: readonly Fields[];
    readonly on?: readonly string[];
  }
  | { readonly verb: "replace"; readonly table: TableName; readonly row: Fields }
  | {
    readonly verb: "update";
    readonly table: TableName;
    readonly key: unknown;
    readonly patch: Fields;
    readonly byFunction: boolean;
    readonly if?: Test;
  }
  | {
    readonly verb: "updateAll";
    readonly table: TableName;
    readonly where: Test | undefined;
    readonly patch: Fields;
  }
  | {
    readonly verb: "delete";
    readonly table: TableName;
    readonly key: unknown;
    readonly if?: Test;
  }
  | { readonly verb: "deleteAll"; readonly table: TableName; readonly where: Test | undefined }
  | {
    readonly verb: "claim";
    readonly table: TableName;
    readonly where: Test | undefined;
    readonly order: string;
    readonly direction: "asc" | "desc";
    readonly limit: number;
    readonly patch: Fields;
  }
  | { readonly verb: "setValue"; readonly name: string; readonly value: unknown }
  | {
    readonly verb: "transaction";
    readonly steps: readonly Operation[];
    /** Whether a step that fails is caught, and the rest goes on. */
    readonly tolerant: boolean;
    readonly end: "commit" | "rollback" | "throw";
  };

const teamIds = fc.constantFrom("a", "b", "B", "\u{1F600}");
const personIds = fc.integer({ min: 1, max: 5 });
const days = fc.constantFrom(0, 86_400_000).map((ms) => new Date(ms));
const codes = fc.constantFrom("x", "y", "", "\uFF5E");
const ages = fc.integer({ min: 0, max: 4 });
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null, freq: 3 });

const cells = {
  teams: { id: teamIds, code: orNull(codes), rank: ages },
  people: {
    id: personIds,
    email: orNull(codes),
    team: orNull(teamIds),
    age: orNull(ages),
    score: orNull(fc.constantFrom(0, 0.1 + 0.2, -Infinity, 1e308)),
    done: fc.boolean(),
    note: codes,
  },
  marks: {
    person: personIds,
    day: days,
    by: orNull(personIds),
    points: fc.bigInt({ min: -2n, max: 2n }),
  },
} as const;

/** Now and then a value that is refused: of another type, out of range, or null. */
const wrong = {
  teams: fc.constantFrom<Fields>({ rank: 0.5 }, { rank: null }, { code: 5 }, { code: "\uD800" }),
  people: fc.constantFrom<Fields>({ age: "1" }, { done: null }, { score: NaN }, { note: 1 }),
  marks: fc.constantFrom<Fields>({ points: 1 }, { points: 2n ** 63n }, { points: null }, {
    by: 0.5,
  }),
};

function spoilt(table: TableName, fields: fc.Arbitrary<Fields>): fc.Arbitrary<Fields> {
  return fc.oneof(
    { weight: 15, arbitrary: fields },
    {
      weight: 1,
      arbitrary: fc.tuple(fields, wrong[table]).map(([row, fault]) => ({ ...row, ...fault })),
    },
  );
}

const requiredOf = { teams: ["id"], people: ["id"], marks: ["person", "day"] } as const;

/** A row with its key; other columns may be left out, but for those required. */
function rowOf(table: TableName, ...required: string[]): fc.Arbitrary<Fields> {
  const model: Record<string, fc.Arbitrary<unknown>> = cells[table];
  const requiredKeys = [...requiredOf[table], ...required];
  return spoilt(table, fc.record(model, { requiredKeys }) as fc.Arbitrary<Fields>);
}

function patchOf(table: TableName): fc.Arbitrary<Fields> {
  const { id: _, person: __, day: ___, ...rest } = cells[table] as Record<
    string,
    fc.Arbitrary<unknown>
  >;
  const plus = {
    teams: fc.record({ rank: fc.integer({ min: -2, max: 2 }).map((by) => new Plus(by)) }),
    people: fc.constant({ done: true }),
    marks: fc.record({
      points: fc.constantFrom(1n, -1n, 2n ** 63n - 1n).map((by) => new Plus(by)),
    }),
  }[table] as fc.Arbitrary<Fields>;
  const some = fc.record(rest, { requiredKeys: [] })
    .filter((patch) => Object.keys(patch).length > 0) as fc.Arbitrary<Fields>;
  return spoilt(table, fc.oneof({ weight: 4, arbitrary: some }, { weight: 1, arbitrary: plus }));
}

function keyOf(table: TableName): fc.Arbitrary<unknown> {
  if (table === "teams") return teamIds;
  return table === "people" ? personIds : fc.tuple(personIds, days);
}

function testOf(table: TableName): fc.Arbitrary<Test> {
  const model: Record<string, fc.Arbitrary<unknown>> = cells[table];
  return fc.constantFrom(...Object.keys(model)).chain((column) =>
    fc.constantFrom("eq", "gt", "lte", "oneOf").chain((op) =>
      fc.record({
        column: fc.constant(column),
        op: fc.constant(op as Test["op"]),
        operand: op === "oneOf" ? fc.array(model[column]!, { maxLength: 3 }) : model[column]!,
      })
    )
  );
}

const tableNames = fc.constantFrom<TableName>("teams", "people", "marks");
const uniqueOf = { teams: "code", people: "email", marks: undefined } as const;

function conflictOf(table: TableName): fc.Arbitrary<unknown> {
  const unique = uniqueOf[table];
  const targets = [requiredOf[table], ...(unique === undefined ? [] : [[unique]])];
  const updates = { teams: ["rank"], people: ["age", "done"], marks: ["points"] }[table];
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant("error") },
    { weight: 2, arbitrary: fc.constant("ignore") },
    {
      weight: 2,
      arbitrary: fc.record({
        columns: fc.constantFrom(...targets),
        update: fc.constantFrom("all", updates),
      }),
    },
  );
}

function verbOf(table: TableName): fc.Arbitrary<Operation> {
  const of = <V extends string>(verb: V) => ({
    verb: fc.constant(verb),
    table: fc.constant(table),
  });
  const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 3 });
  const unique = uniqueOf[table];
  const insert = conflictOf(table).chain((conflict) =>
    fc.record({
      ...of("insert"),
      // All columns, where it is open which of those left out an update would set.
      rows: fc.array(
        rowOf(table, ...(typeof conflict === "object" ? Object.keys(cells[table]) : [])),
        { maxLength: 3 },
      ),
      conflict: fc.constant(conflict),
    })
  );
  const upsert = fc.record({ ...of("upsert"), rows: fc.array(rowOf(table), { maxLength: 3 }) });
  const update = fc.record({
    ...of("update"),
    key: keyOf(table),
    patch: patchOf(table),
    byFunction: fc.boolean(),
    if: optional(testOf(table)),
  });
  const where = optional(testOf(table));
  const verbs: fc.Arbitrary<unknown>[] = [
    insert,
    insert,
    upsert,
    fc.record({ ...of("replace"), row: rowOf(table, ...Object.keys(cells[table])) }),
    update,
    update,
    fc.record({ ...of("updateAll"), where, patch: patchOf(table) }),
    fc.record({ ...of("delete"), key: keyOf(table), if: optional(testOf(table)) }),
    fc.record({ ...of("deleteAll"), where: testOf(table) }),
    fc.record({
      ...of("claim"),
      where,
      order: fc.constantFrom(...Object.keys(cells[table])),
      direction: fc.constantFrom("asc", "desc"),
      limit: fc.integer({ min: 0, max: 2 }),
      patch: patchOf(table),
    }),
  ];
  if (unique !== undefined) {
    // One row a call: with more, which row `on` finds depends on what the first ones wrote.
    const rows = fc.array(rowOf(table, unique), { minLength: 1, maxLength: 1 });
    verbs.push(fc.record({ ...of("upsert"), rows, on: fc.constant([unique]) }));
  }
  return fc.oneof(...verbs) as fc.Arbitrary<Operation>;
}

const setValue = fc.constantFrom<Operation>(
  { verb: "setValue", name: "mode", value: "wild" },
  { verb: "setValue", name: "mode", value: null },
  { verb: "setValue", name: "size", value: 4 },
  { verb: "setValue", name: "size", value: null },
  { verb: "setValue", name: "size", value: "4" },
);

const plain: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 12, arbitrary: tableNames.chain(verbOf) },
  { weight: 1, arbitrary: setValue },
);

const { any } = fc.letrec<{ any: Operation; transaction: Operation }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 4, arbitrary: plain },
    { weight: 1, arbitrary: tie("transaction") },
  ),
  transaction: fc.record({
    verb: fc.constant("transaction" as const),
    steps: fc.array(tie("any"), { maxLength: 5 }),
    tolerant: fc.boolean(),
    end: fc.constantFrom("commit", "commit", "commit", "rollback", "throw"),
  }),
}));

/** Any verb, or a transaction of verbs and transactions. */
export const operations: fc.Arbitrary<Operation> = any;
