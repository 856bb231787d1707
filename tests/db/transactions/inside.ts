import { count, exists, gt, not, query, sum } from "../../../mod.ts";
import { assertSame } from "../../conformance/same.ts";
import { assertDataError, pluck } from "../../conformance/suite.ts";
import {
  accounts,
  collected,
  type DatabaseSuite,
  notes,
  people,
  schema,
  sleep,
} from "../subject.ts";

const ann = { id: "ann", email: "ann@x", city: "Lima" };
const bob = { id: "bob", email: "bob@x", city: "Oslo" };
const cid = { id: "cid", email: "cid@x", city: "Lima" };
const ids = (rows: readonly { readonly id: string }[]) => pluck(rows, "id");

export function insideTests({ test, open }: DatabaseSuite): void {
  test("every read in a transaction sees what it inserted, updated and deleted", async () => {
    await using db = await open(schema);
    await db.insert(people, [ann, bob]);
    await db.insert(notes, [{ id: "1", personId: "ann" }, { id: "2", personId: "bob" }]);
    await db.transaction(async (tx) => {
      // Read before too, so that nothing that is remembered may answer afterwards.
      assertSame(await tx.count(query(people)), 2);
      assertSame(await tx.getMany(people, ["ann", "bob", "cid"]), [ann, bob, undefined]);
      await tx.insert(people, cid);
      await tx.update(people, "ann", { city: "Rome" });
      await tx.delete(notes, "2");
      await tx.delete(people, "bob");
      await tx.update(notes, "1", { personId: "cid" });
      const rome = { ...ann, city: "Rome" };
      assertSame(await tx.get(people, "ann"), rome);
      assertSame(await tx.get(people, "bob"), undefined);
      assertSame(await tx.getMany(people, ["cid", "bob", "ann"]), [cid, undefined, rome]);
      assertSame(await tx.all(query(people)), [rome, cid]);
      assertSame(ids(await tx.all(query(people).where({ city: "Lima" }))), ["cid"]);
      assertSame(ids(await tx.all(query(people).orderBy("city", "desc"))), ["ann", "cid"]);
      assertSame(await tx.first(query(people).where({ email: "bob@x" })), undefined);
      assertSame(await tx.count(query(people).where({ city: gt("Lima") })), 1);
      assertSame(await tx.has(query(people).where({ city: "Oslo" })), false);
      assertSame(ids(await collected(tx.iterate(query(people)))), ["ann", "cid"]);
      const byCity = query(people).groupBy(["city"], { n: count() }).orderBy("city");
      assertSame(await tx.all(byCity), [{ city: "Lima", n: 1 }, { city: "Rome", n: 1 }]);
      const joined = query(notes).join("person", people, { id: "personId" });
      assertSame((await tx.all(joined)).map((row) => [row.id, row.person.id]), [["1", "cid"]]);
      const nested = query(people).include("notes", notes, { personId: "id" });
      assertSame((await tx.all(nested)).map((row) => ids(row.notes)), [[], ["1"]]);
      const idle = query(people).where(not(exists(notes, { personId: "id" })));
      assertSame(ids(await tx.all(idle)), ["ann"]);
    });
    assertSame(ids(await db.all(query(people))), ["ann", "cid"]);
  });

  test("writes in a transaction work on what it wrote", async () => {
    await using db = await open(schema);
    await db.insert(accounts, [{ id: "a", amount: 1 }, { id: "b", amount: 2 }]);
    await db.transaction(async (tx) => {
      await tx.insert(accounts, { id: "c", amount: 3, kind: "job" });
      assertSame(await tx.updateAll(accounts, { amount: gt(1) }, { kind: "job" }), 2);
      const jobs = query(accounts).where({ kind: "job" }).orderBy("amount", "desc").limit(1);
      assertSame(ids(await tx.claim(jobs, { kind: "done" })), ["c"]);
      assertSame(ids(await tx.claim(jobs, { kind: "done" })), ["b"]);
      assertSame(await tx.claim(jobs, { kind: "done" }), []);
      assertSame(await tx.deleteAll(accounts, { kind: "plain" }), 1);
      assertSame((await tx.upsert(accounts, { id: "a", kind: "new" })).amount, 0);
      assertSame(
        (await tx.update(accounts, "a", ({ amount }) => ({ amount: amount + 7 })))?.amount,
        7,
      );
      assertSame(
        await tx.update(accounts, "a", { amount: 8 }, { if: { amount: 7 } }) !== undefined,
        true,
      );
      await assertDataError(
        () => tx.update(accounts, "a", { amount: 9 }, { if: { amount: 7 } }),
        { code: "conflict" },
      );
      await tx.replace(accounts, { id: "b", amount: 5 });
      const total = query(accounts).groupBy([], { total: sum("amount") });
      assertSame(await tx.all(total), [{ total: 16 }]);
    });
    const rows = (await db.all(query(accounts))).map((row) => [row.id, row.amount, row.kind]);
    assertSame(rows, [["a", 8, "new"], ["b", 5, "plain"], ["c", 3, "done"]]);
  });

  test("values are read as a transaction set them, and by others not before the commit", async () => {
    await using db = await open(schema);
    await db.transaction(async (tx) => {
      assertSame(await tx.getValue("motto"), "none");
      await tx.setValue("motto", "mine");
      await tx.setValue("data", { deep: [1, null] });
      assertSame(await tx.getValue("motto"), "mine");
      assertSame(await tx.getValue("data"), { deep: [1, null] });
      assertSame(await db.getValue("motto"), "none");
      await tx.setValue("motto", "last");
    });
    assertSame(await db.getValue("motto"), "last");
    await db.transaction((tx) => tx.setValue("motto", "no").then(() => tx.rollback())).catch(
      () => {},
    );
    assertSame(await db.getValue("motto"), "last");
  });

  test("nobody outside sees a transaction's writes before it commits, and then all of them", async () => {
    await using db = await open(schema);
    await db.insert(people, [ann, bob]);
    const before = await db.all(query(people));
    async function look(): Promise<void> {
      assertSame(await db.all(query(people)), before);
      assertSame(await db.get(people, "ann"), ann);
      assertSame(await db.getMany(people, ["cid", "bob"]), [undefined, bob]);
      assertSame(await db.count(query(people)), 2);
      assertSame(await db.has(query(people).where({ city: "Rome" })), false);
      assertSame(ids(await collected(db.iterate(query(people)))), ["ann", "bob"]);
      await db.transaction(async (other) => {
        assertSame(await other.all(query(people)), before);
        assertSame(await other.get(people, "bob"), bob);
      });
    }
    await db.transaction(async (tx) => {
      await tx.insert(people, cid);
      await look();
      await tx.update(people, "ann", { city: "Rome" });
      await look();
      await sleep(1);
      await tx.delete(people, "bob");
      await look();
      await sleep(1);
      assertSame(ids(await tx.all(query(people))), ["ann", "cid"]);
    });
    assertSame(await db.all(query(people)), [{ ...ann, city: "Rome" }, cid]);
  });

  test("two transactions that write see each only their own writes, in turn", async () => {
    await using db = await open(schema);
    const writer = (id: string) =>
      db.transaction(async (tx) => {
        for (let i = 1; i <= 5; i++) {
          await tx.insert(accounts, { id: `${id}${i}`, kind: id });
          if (i % 2 === 0) await sleep();
          assertSame(await tx.count(query(accounts)), i);
          assertSame(await tx.get(accounts, `${id === "x" ? "y" : "x"}1`), undefined);
        }
      }, { retries: 0 });
    const settled = await Promise.allSettled([writer("x"), writer("y")]);
    // One of them read that there were no other rows, so they can't both be right.
    assertSame(settled.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    assertSame(await db.count(query(accounts)), 5);
  });

  test("a batch of more rows than a statement takes is seen and committed whole", async () => {
    await using db = await open(schema);
    const rows = Array.from({ length: 1_200 }, (_, i) => ({ id: `${i}`.padStart(5, "0") }));
    await db.transaction(async (tx) => {
      await tx.insert(accounts, rows);
      await db.count(query(accounts)); // so that they are put in place again
      assertSame(await tx.count(query(accounts)), 1_200);
      assertSame(await tx.updateAll(accounts, {}, { amount: 1 }), 1_200);
      assertSame((await collected(tx.iterate(query(accounts)))).length, 1_200);
      assertSame(
        (await tx.getMany(accounts, pluck(rows, "id"))).every((row) => row?.amount === 1),
        true,
      );
    });
    assertSame(await db.count(query(accounts).where({ amount: 1 })), 1_200);
  });
}
