import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import {
  bytes,
  createStore,
  type Database,
  DataError,
  date,
  integer,
  json,
  openDatabase,
  query,
  type Schema,
  table,
  text,
} from "../../mod.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { sql } from "../../drivers/sql.ts";
import { sqliteDriver } from "../../drivers/sqlite.ts";

const things = table("things", {
  id: integer().primaryKey(),
  name: text().default("none"),
  code: text().optional().unique(),
  data: json<{ list: number[] }>().optional(),
  blob: bytes().optional(),
  at: date().optional(),
});
const pairs = table("pairs", { a: integer(), b: date(), n: integer().default(0) }, {
  primaryKey: ["a", "b"],
});
const schema: Schema = { tables: [things, pairs] };

function thing() {
  return {
    id: 1,
    name: "a",
    data: { list: [1] },
    blob: Uint8Array.of(1),
    at: new Date(1),
  };
}
type Thing = ReturnType<typeof thing> & { other?: string };
function spoil(row: Thing): void {
  row.id = 2;
  row.name = "changed";
  row.data.list.push(2);
  row.blob[0] = 99;
  row.at.setTime(99);
  row.other = "unknown";
}
const kept = { ...thing(), code: null };

const WRITES: Record<string, (db: Database, row: Thing) => Promise<unknown>> = {
  insert: (db, row) => db.insert(things, row),
  "insert or ignore": (db, row) => db.insert(things, [row], { onConflict: "ignore" }),
  "insert or update": (db, row) =>
    db.insert(things, [row], { onConflict: { columns: ["id"], update: "all" } }),
  upsert: (db, row) => db.upsert(things, row),
  "upsert of a list": (db, row) => db.upsert(things, [row]),
  replace: (db, row) => db.replace(things, row),
};

for (const [name, driver] of Object.entries({ memory: memoryDriver, sqlite: inMemory })) {
  for (const [verb, write] of Object.entries(WRITES)) {
    Deno.test(`${name}: ${verb} takes what was there when it was called`, async () => {
      await using db = await openDatabase(schema, driver());
      for (const stored of [false, true]) {
        if (stored) await db.upsert(things, { id: 1, name: "old" });
        if (stored && verb === "insert") continue;
        const busy = db.insert(things, { id: stored ? 11 : 10 });
        const row = thing();
        const written = write(db, row);
        spoil(row);
        await busy;
        await written;
        const expected = verb === "insert or ignore" && stored ? { ...kept, name: "old" } : kept;
        assertEquals(await db.get(things, 1), expected);
      }
    });
  }

  Deno.test(`${name}: lists, keys and conditions are as they were when a verb was called`, async () => {
    await using db = await openDatabase(schema, driver());
    await db.insert(pairs, { a: 1, b: new Date(1) });
    const list = [thing()];
    const columns: ("id" | "code")[] = ["id"];
    const key: [number, Date] = [1, new Date(1)];
    const condition = { n: 0 };
    const calls = [
      db.insert(things, { id: 10 }),
      db.insert(things, list, { onConflict: { columns, update: "all" } }),
      db.upsert(things, { id: 1, name: "b" }, { on: columns }),
      db.update(pairs, key, { n: 1 }, { if: condition }),
    ];
    list.push({ ...thing(), id: 3 });
    columns[0] = "code";
    key[0] = 2;
    key[1].setTime(2);
    condition.n = 5;
    await Promise.all(calls);
    assertEquals((await db.all(query(things).select("id", "name"))).map(({ name }) => name), [
      "b",
      "none",
    ]);
    assertEquals((await db.get(pairs, [1, new Date(1)]))?.n, 1);
  });

  Deno.test(`${name}: a condition is looked through where there is no row, too`, async () => {
    await using db = await openDatabase(schema, driver());
    const wrong = { nonsense: 1 } as never;
    await assertRejects(() => db.update(things, 1, {}, { if: wrong }), TypeError, "nonsense");
    await assertRejects(() => db.delete(things, 1, { if: wrong }), TypeError, "nonsense");
  });

  Deno.test(`${name}: objects of a class are rows for insert and upsert alike`, async () => {
    class Thing {
      readonly id = 1;
      constructor(readonly name: string) {}
    }
    await using db = await openDatabase(schema, driver());
    await db.insert(things, new Thing("a"));
    assertEquals((await db.upsert(things, new Thing("b"))).name, "b");
    const store = createStore(schema);
    store.insert(things, new Thing("a"));
    assertEquals(store.upsert(things, new Thing("b")).name, "b");
  });

  Deno.test(`${name}: a promise is no row and no patch`, async () => {
    await using db = await openDatabase(schema, driver());
    await db.insert(things, { id: 1 });
    const later = Promise.resolve({ name: "late" }) as never;
    const calls = [
      () => db.update(things, 1, later),
      () => db.update(things, 1, () => later),
      () => db.updateAll(things, {}, later),
      () => db.claim(query(things), later),
      () => db.insert(things, later),
      () => db.upsert(things, [later]),
      () => db.replace(things, later),
    ];
    for (const call of calls) await assertRejects(call, TypeError, "is an object: got Promise");
    assertEquals((await db.get(things, 1))?.name, "none");
  });

  Deno.test(`${name}: a transaction may sort and cut the lists that it got`, async () => {
    await using db = await openDatabase(schema, driver());
    await db.insert(things, [{ id: 1 }, { id: 2 }, { id: 3 }]);
    const attempts = await db.transaction(async (tx) => {
      const rows = await tx.all(query(things));
      rows.reverse();
      rows.pop();
      const some = await tx.getMany(things, [1, 2]);
      some.length = 0;
      await db.update(things, 1, { name: "none" }); // written, and the same as before
      await tx.insert(pairs, { a: tx.attempt, b: new Date(0) });
      return tx.attempt;
    }, { retries: 2 });
    assertEquals(attempts, 1);
  });

  Deno.test(`${name}: a hole in a list is no row`, async () => {
    await using db = await openDatabase(schema, driver());
    // deno-lint-ignore no-sparse-arrays -- the point
    const holes = [, { id: 3 }] as never;
    await assertRejects(() => db.insert(things, holes), TypeError, "a row is an object");
    await assertRejects(() => db.upsert(things, holes), TypeError, "a row is an object");
    assertEquals(await db.count(query(things)), 0);
  });
}

for (const [name, driver] of Object.entries({ memory: memoryDriver, sqlite: inMemory })) {
  Deno.test(`${name}: the time of iterate runs over all pages, in a transaction too`, async () => {
    await using db = await openDatabase(schema, driver());
    await db.insert(things, Array.from({ length: 1200 }, (_, id) => ({ id })));
    const slowly = async (source: Pick<Database, "iterate">, timeoutMs: number) => {
      let rows = 0;
      for await (const _ of source.iterate(query(things), { timeoutMs })) {
        if (++rows % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 15));
      }
      return rows;
    };
    for (const run of [slowly, transacted]) {
      assertEquals((await assertRejects(() => run(db, 10), DataError)).code, "timeout");
      assertEquals(await run(db, 10_000), 1200);
    }
    function transacted(_: unknown, timeoutMs: number): Promise<number> {
      return db.transaction((tx) => slowly(tx, timeoutMs));
    }
    await assertRejects(
      () => db.transaction((tx) => tx.all(query(things), { timeoutMs: NaN })),
      RangeError,
    );
  });
}

Deno.test("sql() refuses what clients would run in part or otherwise", async () => {
  const client = new DatabaseSync(":memory:");
  const db = await openDatabase(schema, sqliteDriver(client));
  const wrong: [string, unknown[], string][] = [
    ["", [], "empty"],
    [" ; -- nothing\n/* ; */", [], "empty"],
    ["INSERT INTO things (id) VALUES (1); INSERT INTO things (id) VALUES (2)", [], "several"],
    ["SELECT 1; DROP TABLE things", [], "several"],
    ["SELECT ?, ?", [1], "2 of these and 1 values"],
    ["SELECT '?' AS \"?\", [?] -- ?\n", [1], "0 of these and 1 values"],
    ["BEGIN", [], "transaction"],
    ["/* a */ commit", [], "transaction"],
    ["ROLLBACK TO x", [], "transaction"],
  ];
  for (const [text, params, message] of wrong) {
    await assertRejects(() => sql(db, text, params), TypeError, message);
  }
  await assertRejects(() => sql(db, 5 as never), TypeError, "it is a text: got number");
  assertEquals(await db.count(query(things)), 0);

  const right: [string, unknown[]][] = [
    ["SELECT 'a;b' AS a; -- ; done", []],
    ["SELECT 'it''s ?' AS a, ? AS b", [1]],
    ['SELECT 1 AS "a;?"', []],
    ["CREATE TRIGGER t AFTER INSERT ON things BEGIN SELECT 1; SELECT 2; END;", []],
    ["PRAGMA user_version", []],
    ["UPDATE things SET name = ? WHERE id = ?", ["x", 1]],
  ];
  for (const [text, params] of right) assert(Array.isArray(await sql(db, text, params)));
  await db.close();
  client.close();
});

Deno.test("a check that gives a promise is refused, as that is always true", async () => {
  const late = () => Promise.reject(new Error("late")) as never;
  const checked = table("checked", { id: integer().primaryKey(), n: integer().check(late) });
  await using db = await openDatabase({ tables: [checked] }, memoryDriver());
  await assertRejects(() => db.insert(checked, { id: 1, n: 1 }), TypeError, "got a promise");
  assertEquals(await db.count(query(checked)), 0);
});

Deno.test("a validator of rows can't change them", async () => {
  const validate = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value: unknown) => ({ value: Object.assign(value as object, { n: "wrong" }) }),
    },
  };
  const tests = table("tests", { id: integer().primaryKey(), n: integer() }, {
    validate: validate as never,
  });
  await using db = await openDatabase({ tables: [tests] }, memoryDriver());
  assertEquals((await db.insert(tests, { id: 1, n: 1 })).n, 1);
  assertEquals((await db.update(tests, 1, { n: 2 }))?.n, 2);
});

Deno.test("an answer that comes late and fails harms nobody", async () => {
  const validate = () => Promise.reject(new Error("late"));
  const late = json<unknown>({ "~standard": { version: 1, vendor: "test", validate } } as never);
  const values = { late: late.optional() };
  await using db = await openDatabase({ tables: [], values }, memoryDriver());
  const message = 'Cannot validate "late" as a validator answers at once';
  await assertRejects(() => db.setValue("late", 1), TypeError, message);
  await new Promise((resolve) => setTimeout(resolve, 5));
});

Deno.test("the error of a value of the schema names no table", async () => {
  const values = { theme: text() };
  await using db = await openDatabase({ tables: [], values }, memoryDriver());
  const error = await assertRejects(() => db.setValue("theme", null), DataError);
  assertEquals([error.rule, error.table, error.columns], ["null", undefined, ["theme"]]);
});

Deno.test("a store takes no promise for a row or a patch either", () => {
  const store = createStore(schema);
  store.insert(things, { id: 1 });
  const later = Promise.resolve({ name: "late" }) as never;
  assertThrows(() => store.update(things, 1, later), TypeError, "got Promise");
  assertThrows(() => store.update(things, 1, () => later), TypeError, "got Promise");
});

function inMemory() {
  return sqliteDriver(new DatabaseSync(":memory:"));
}
