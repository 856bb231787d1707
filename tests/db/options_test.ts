import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import {
  DataError,
  integer,
  openDatabase,
  type OpenOptions,
  query,
  type Schema,
  table,
  text,
} from "../../mod.ts";
import type { Driver } from "../../db/driver.ts";
import { memoryDriver } from "../../drivers/memory.ts";
import { sqliteDriver } from "../../drivers/sqlite.ts";

const items = table("items", { id: text().primaryKey(), n: integer() }, { indexes: ["n"] });
const schema: Schema = { tables: [items], values: { theme: text().default("light") } };
type Event = Parameters<NonNullable<OpenOptions["onQuery"]>>[0];

/** A driver whose answers come `ms` later, as those of a server do. */
function slowly(driver: Driver, ms: number): Driver {
  return {
    ...driver,
    async open(options) {
      const session = await driver.open(options);
      const ask = session.ask.bind(session);
      session.ask = async (request) => {
        const answer = await ask(request);
        await new Promise((resolve) => setTimeout(resolve, ms));
        return answer;
      };
      return session;
    },
  };
}

for (const [name, open] of Object.entries({ memory: memoryDriver, sqlite: inMemory })) {
  Deno.test(`${name}: onQuery hears of each query and write, with its plan`, async () => {
    const events: Event[] = [];
    await using db = await openDatabase(schema, open(), { onQuery: (event) => events.push(event) });
    await db.insert(items, [{ id: "a", n: 1 }, { id: "b", n: 2 }]);
    await db.all(query(items).where({ n: 2 }));
    await db.get(items, "a");
    for await (const _ of db.iterate(query(items)));
    await db.transaction(async (tx) => void await tx.update(items, "a", { n: 3 }));
    assertEquals(
      events.map(({ verb, rows, source }) => [verb, rows, source]),
      [["insert", 2], ["all", 1], ["get", 1], ["iterate", 2], ["update", 1]]
        .map(([verb, rows]) => [verb, rows, name]),
    );
    const plan = await events[1]?.plan();
    assertEquals(plan?.steps.map((step) => [step.table, step.access]), [["items", "index"]]);
    assert(events.every(({ ms }) => ms >= 0));
  });

  Deno.test(`${name}: what an onQuery throws harms nobody`, async () => {
    const { error } = console;
    let told = 0;
    console.error = () => told++;
    try {
      await using db = await openDatabase(schema, open(), {
        onQuery() {
          throw new Error("mine");
        },
      });
      assertEquals((await db.insert(items, { id: "a", n: 1 })).n, 1);
      assertEquals(told, 1);
    } finally {
      console.error = error;
    }
  });

  Deno.test(`${name}: reads look at their signal and their time`, async () => {
    await using db = await openDatabase(schema, open());
    await db.insert(items, Array.from({ length: 1_200 }, (_, n) => ({ id: `${n}`, n })));
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const reads = [
      () => db.get(items, "1", { signal }),
      () => db.getMany(items, ["1"], { signal }),
      () => db.all(query(items), { signal }),
      () => db.first(query(items), { signal }),
      () => db.count(query(items), { signal }),
      () => db.has(query(items), { signal }),
    ];
    for (const read of reads) assertEquals(await read().catch((error) => error), reason);
    const controller = new AbortController();
    let count = 0;
    const iterating = (async () => {
      for await (const _ of db.iterate(query(items), { signal: controller.signal })) {
        if (++count === 10) controller.abort(reason);
      }
    })();
    assertEquals(await iterating.catch((error) => error), reason);
    assertEquals(count, 500, "it looks between pages");
    for (const timeoutMs of [NaN, -1]) {
      await assertRejects(() => db.all(query(items), { timeoutMs }), RangeError);
    }
    assertEquals((await db.all(query(items).limit(1), { timeoutMs: 1_000 })).length, 1);
  });

  Deno.test(`${name}: an answer that is late is given up`, async () => {
    await using db = await openDatabase(schema, slowly(open(), 30));
    const late = await assertRejects(() => db.all(query(items), { timeoutMs: 1 }), DataError);
    assertEquals(late.code, "timeout");
    const controller = new AbortController();
    setTimeout(() => controller.abort("left"), 1);
    const left = await db.all(query(items), { signal: controller.signal }).catch((error) => error);
    assertEquals(left, "left");
    assertEquals(await db.all(query(items), { timeoutMs: 10_000 }), []);
    await new Promise((resolve) => setTimeout(resolve, 60)); // what was given up comes in
  });

  Deno.test(`${name}: values are kept as what they were set to, with their defaults`, async () => {
    await using db = await openDatabase(schema, open());
    assertEquals(await db.getValue("theme"), "light");
    const told: unknown[] = [];
    db.changes(({ values, tables }) => told.push([values, tables.size]));
    await db.setValue("theme", "dark");
    await db.transaction(async (tx) => {
      assertEquals(await tx.getValue("theme"), "dark");
      await tx.setValue("theme", "blue");
    });
    assertEquals(await db.getValue("theme"), "blue");
    assertEquals(told, [[{ theme: "dark" }, 0], [{ theme: "blue" }, 0]]);
    await assertRejects(() => db.setValue("theme", 5), TypeError);
    await assertRejects(() => db.getValue("other"), TypeError);
  });
}

function inMemory(): Driver {
  return sqliteDriver(new DatabaseSync(":memory:"));
}

Deno.test("openDatabase() refuses what is no driver, and a durability that a driver has not", async () => {
  await assertRejects(() => openDatabase(schema, {} as never), TypeError);
  const strict = openDatabase(schema, memoryDriver(), { durability: "strict" });
  assertEquals((await assertRejects(() => strict, DataError)).code, "unsupported");
  const reason = new Error("no more");
  const aborted = openDatabase(schema, memoryDriver(), { signal: AbortSignal.abort(reason) });
  assertEquals(await aborted.catch((error) => error), reason);
});
