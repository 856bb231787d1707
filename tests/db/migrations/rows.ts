import { assert, assertEquals } from "@std/assert";
import {
  date,
  integer,
  json,
  type Migration,
  query,
  type StoredRow,
  table,
  text,
} from "../../../mod.ts";
import { assertDataError, assertFails } from "../../conformance/suite.ts";
import type { Migrations, Reopen } from "../migrations.ts";

const SIZE = 1234;
const things = table("things", {
  id: integer().primaryKey(),
  rank: integer().unique(),
  data: json<{ n: number }>(),
  at: date(),
});
const all = Array.from({ length: SIZE }, (_, i) => ({
  id: i,
  rank: i,
  data: { n: i },
  at: new Date(i),
}));

async function migrated(place: Reopen, run: (m: Migration) => Promise<void>): Promise<unknown[]> {
  await place.with({ tables: [things] }, (db) => db.insert(things, all));
  const schema = { tables: [things], version: 2, migrations: { 2: run } };
  return await place.with(schema, (db) => db.all(query(things)));
}

/** Rows in migrations, more than a page of them. */
export function testRows({ test }: Migrations): void {
  test("rows() gives all rows in key order, as copies", async (place) => {
    const seen: StoredRow[] = [];
    const found = await migrated(place, async (m) => {
      for await (const row of m.rows("things")) {
        seen.push(structuredClone(row));
        Object.assign(row, { id: -1 });
        Object.assign(row.data ?? {}, { n: -1 });
        if (row.at instanceof Date) row.at.setTime(0);
      }
    });
    assertEquals(seen, all);
    assertEquals(found, all);
  });

  test("rows() and insert() move rows from one table to another", async (place) => {
    const copy = table("copy", { id: text().primaryKey(), n: integer() });
    await place.with({ tables: [things] }, (db) => db.insert(things, all));
    const migrations = {
      2: async (m: Migration) => {
        await m.addTable(copy);
        for await (const { id, rank } of m.rows("things")) {
          await m.insert("copy", [{ id: `k${id}`, n: rank }]);
        }
        await m.dropTable("things");
      },
    };
    await place.with({ tables: [copy], version: 2, migrations }, async (db) => {
      assertEquals(await db.count(query(copy)), SIZE);
      assertEquals(await db.get(copy, "k77"), { id: "k77", n: 77 });
    });
  });

  test("insert() takes more rows than a page", async (place) => {
    const found = await migrated(
      place,
      (m) =>
        m.insert("things", all.map((row) => ({ ...row, id: -1 - row.id, rank: -1 - row.rank }))),
    );
    assertEquals(found.length, 2 * SIZE);
  });

  test("each() replaces and deletes, also what it changed in place", async (place) => {
    const found = await migrated(place, (m) =>
      m.each("things", async (row) => {
        await Promise.resolve();
        const { id, data } = row as typeof all[0];
        if (id % 3 === 0) return null;
        if (id % 3 === 1) return row;
        data.n = -id;
        return row;
      }));
    assertEquals(
      found,
      all.filter(({ id }) => id % 3 !== 0)
        .map((row) => row.id % 3 === 1 ? row : { ...row, data: { n: -row.id } }),
    );
  });

  test("each() moves unique values from row to row", async (place) => {
    const found = await migrated(
      place,
      (m) => m.each("things", (row) => ({ ...row, rank: (Number(row.rank) + 1) % SIZE })),
    );
    assertEquals(found, all.map((row) => ({ ...row, rank: (row.rank + 1) % SIZE })));
    await place.with({ tables: [things], version: 2 }, async (db) => {
      await assertDataError(() => db.insert(things, { ...all[0], id: -1 } as typeof all[0]), {
        rule: "unique",
      });
    });
  });

  test("each() refuses unique values that meet", async (place) => {
    await assertDataError(
      () =>
        migrated(
          place,
          (m) => m.each("things", (row) => ({ ...row, rank: Number(row.rank) % 600 })),
        ),
      { code: "constraint", rule: "unique", table: "things", columns: ["rank"] },
    );
    await place.with({ tables: [things] }, async (db) => {
      assertEquals(await db.all(query(things)), all);
    });
  });

  test("each() moves rows to other keys", async (place) => {
    const found = await migrated(
      place,
      (m) => m.each("things", (row) => ({ ...row, id: (Number(row.id) + 700) % SIZE })),
    );
    assertEquals(
      found,
      all.map((row) => ({ ...row, id: (row.id + 700) % SIZE })).sort((a, b) => a.id - b.id),
    );
  });

  test("each() refuses keys that meet", async (place) => {
    for (const modulo of [700, 1]) {
      await assertDataError(
        () =>
          migrated(
            place,
            (m) => m.each("things", (row) => ({ ...row, id: Number(row.id) % modulo })),
          ),
        { code: "constraint", rule: "key", table: "things", columns: ["id"] },
      );
      await place.with({ tables: [things] }, (db) => db.deleteAll(things, {}));
    }
  });

  test("each() may call other members, which see what was written", async (place) => {
    const log = table("log", { id: integer().primaryKey(), n: integer() });
    await place.with({ tables: [things] }, (db) => db.insert(things, all));
    const migrations = {
      2: async (m: Migration) => {
        await m.addTable(log);
        await m.each("things", async (row) => {
          await m.insert("log", [{ id: row.id, n: row.rank }]);
          return null;
        });
        let n = 0;
        for await (const _ of m.rows("log")) n++;
        assertEquals(n, SIZE);
        for await (const _ of m.rows("things")) n++;
        assertEquals(n, SIZE);
      },
    };
    await place.with({ tables: [things, log], version: 2, migrations }, async (db) => {
      assertEquals([await db.count(query(things)), await db.count(query(log))], [0, SIZE]);
    });
  });

  test("each() keeps the layout of its table still", async (place) => {
    await assertFails(
      () =>
        migrated(place, (m) =>
          m.each("things", async (row) => {
            await m.dropColumn("things", "at");
            return row;
          })),
      TypeError,
      "still",
    );
  });

  test("each() waits for what its function does not await", async (place) => {
    const log = table("log", { id: integer().primaryKey(), n: integer() });
    await place.with({ tables: [things, log] }, async (db) => {
      await db.insert(things, all.slice(0, 3));
      await db.insert(log, [{ id: 1, n: 0 }, { id: 2, n: 0 }]);
    });
    const order: unknown[] = [];
    const migrations = {
      2: (m: Migration) =>
        m.each("things", (row) => {
          m.each("log", async (item) => {
            await new Promise((done) => setTimeout(done, 1));
            order.push(row.id);
            return { ...item, n: Number(item.n) + 1 };
          });
          return row;
        }),
    };
    await place.with({ tables: [things, log], version: 2, migrations }, async (db) => {
      assertEquals((await db.all(query(log))).map(({ n }) => n), [3, 3]);
    });
    assertEquals(order, [0, 0, 1, 1, 2, 2]);
  });

  test("pages of text keys go by code point", async (place) => {
    const words = table("words", { word: text().primaryKey(), n: integer() });
    const prefixes = ["\u{1F600}", "\uFB01", "a", "\uFF5E", "\u{10000}"];
    const keys = prefixes.flatMap((prefix) =>
      Array.from({ length: 250 }, (_, i) => `the same ${prefix}${String(i).padStart(3, "0")}`)
    );
    const sorted = ["a", "\uFB01", "\uFF5E", "\u{10000}", "\u{1F600}"]
      .flatMap((prefix) => keys.filter((key) => key.startsWith(prefix, 9)));
    await place.with(
      { tables: [words] },
      (db) => db.insert(words, keys.map((word) => ({ word, n: 0 }))),
    );
    const seen: unknown[] = [];
    const migrations = {
      2: async (m: Migration) => {
        for await (const { word } of m.rows("words")) seen.push(word);
        await m.each("words", (row) => ({ ...row, n: Number(row.n) + 1 }));
      },
    };
    await place.with({ tables: [words], version: 2, migrations }, async (db) => {
      const found = await db.all(query(words));
      assertEquals(found.map(({ word }) => word), sorted);
      assertEquals(found.map(({ n }) => n), sorted.map(() => 1));
    });
    assertEquals(seen, sorted);
  });

  test("rows are read in pages", async (place) => {
    let most = 0;
    let open = 0;
    await migrated(place, async (m) => {
      for await (const row of m.rows("things")) {
        open = Number(row.id) % 500;
        most = Math.max(most, open);
        if (row.id === 600) break;
      }
      await m.each("things", (row) => row);
    });
    assert(most < 500);
  });
}
