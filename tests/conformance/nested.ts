import { query } from "../../mod.ts";
import { schema, todos } from "./samples.ts";
import { assertSame } from "./same.ts";
import { assertFails, bad, failure, pluck, type Suite } from "./suite.ts";
import { nest } from "./subject.ts";

const base = { title: "x", done: false, due: null, ownerId: null };
const task = (n: number) => ({ ...base, id: `${n}`, priority: n });

export function nestedTests({ test, open }: Suite): void {
  test("a nested transaction is kept with the outer one", async () => {
    await using db = await open(schema);
    const got = await db.transaction(function* (tx) {
      yield tx.insert(todos, task(1));
      const inner = yield nest(tx, function* (nested) {
        yield nested.insert(todos, task(2));
        assertSame(yield nested.count(query(todos)), 2);
        return "inner";
      });
      assertSame(yield tx.count(query(todos)), 2);
      return inner;
    });
    assertSame(got, "inner");
    assertSame(pluck(await db.all(query(todos)), "id"), ["1", "2"]);
  });

  test("a nested transaction that fails is undone alone when the outer one catches", async () => {
    await using db = await open(schema);
    await db.insert(todos, task(9));
    await db.transaction(function* (tx) {
      yield tx.insert(todos, task(1));
      yield tx.update(todos, "9", { title: "outer" });
      try {
        yield nest(tx, function* (nested) {
          yield nested.insert(todos, task(2));
          yield nested.update(todos, "9", { title: "inner" });
          yield nested.delete(todos, "1");
          nested.rollback("stop");
        });
        throw new Error("The rollback went by");
      } catch (error) {
        assertSame(error, "stop");
      }
      assertSame(pluck(yield tx.all(query(todos)), "id" as never), ["1", "9"]);
      yield nest(tx, function* (nested) {
        yield nested.insert(todos, task(3));
      });
    });
    const rows = (await db.all(query(todos))).map((row) => [row.id, row.title]);
    assertSame(rows, [["1", "x"], ["3", "x"], ["9", "outer"]]);
  });

  test("a nested transaction is undone when the outer one fails", async () => {
    await using db = await open(schema);
    const error = await failure(() =>
      db.transaction(function* (tx) {
        yield nest(tx, function* (nested) {
          yield nested.insert(todos, task(1));
          yield nest(nested, function* (deep) {
            yield deep.insert(todos, task(2));
          });
        });
        tx.rollback("late");
      })
    );
    assertSame(error, "late");
    assertSame(await db.count(query(todos)), 0);
  });

  test("a nested transaction's error passes to the outer one when it is not caught", async () => {
    await using db = await open(schema);
    const run = () =>
      db.transaction(function* (tx) {
        yield tx.insert(todos, task(1));
        yield nest(tx, function* (nested) {
          yield nested.insert(todos, bad({ id: "2" }));
        });
      });
    await assertFails(run, TypeError, "title");
    assertSame(await db.count(query(todos)), 0);
  });
}
