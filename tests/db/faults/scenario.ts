import {
  type Database,
  DataError,
  increment,
  integer,
  query,
  type Schema,
  table,
  text,
} from "../../../mod.ts";
import { assertSame } from "../../conformance/same.ts";
import { accounts, collected, loans, notes, people, schema as base } from "../subject.ts";

/** What others write there is not looked at. */
const noise = table("noise", { id: text().primaryKey(), n: integer().default(0) });

export const schema: Schema = { ...base, tables: [...base.tables, noise] };

/** One call of a user. */
export interface Step {
  readonly name: string;
  /** Whether it is one commit. */
  readonly writes: boolean;
  run(db: Database): Promise<unknown>;
}

const person = (n: number) => ({ id: `p${n}`, email: `${n}@x`, city: n % 2 ? "Lima" : "Oslo" });

function write(name: string, run: Step["run"]): Step {
  return { name, writes: true, run };
}
function read(name: string, run: Step["run"]): Step {
  return { name, writes: false, run };
}

/** A call beside a transaction; when it fails, that is not there. */
async function beside(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    throw new DataError(cause.code, cause.message, { cause, committed: "no" });
  }
}

/** What the function was told of each verb is so after the commit; what failed is done again. */
async function swallowing(db: Database): Promise<void> {
  const failed = new Set<string>();
  const note = (name: string) => () => void failed.add(name);
  await db.transaction(async (tx) => {
    failed.clear();
    await tx.update(accounts, "a", { amount: 50 }).catch(note("a"));
    await tx.count(query(accounts)).catch(note("count"));
    await tx.upsert(accounts, { id: "d" }).catch(note("d"));
    await tx.transaction((inner) => inner.delete(accounts, "c")).catch(note("c"));
  });
  if (failed.size === 0) return;
  const [a, c, d] = await db.getMany(accounts, ["a", "c", "d"]);
  const missing = [
    ...(a?.amount === 50 ? [] : ["a"]),
    ...(c ? ["c"] : []),
    ...(d ? [] : ["d"]),
  ];
  failed.delete("count");
  assertSame(missing, [...failed].sort(), "what was told as failed and what is missing");
  await swallowing(db);
}

/** Each step is written so that it can be done once only: it begins where the one before it ends. */
export const STEPS: readonly Step[] = [
  write("insert a batch", (db) => db.insert(people, [1, 2, 3, 4, 5, 6].map(person))),
  write(
    "insert notes",
    (db) => db.insert(notes, [1, 2, 3, 4].map((n) => ({ id: `n${n}`, personId: `p${n}` }))),
  ),
  write("update", (db) => db.update(people, "p1", { city: "Rome" })),
  write("move unique values", (db) =>
    db.transaction(async (tx) => {
      await tx.update(people, "p1", { email: "between" });
      await tx.update(people, "p2", { email: "1@x" });
      await tx.update(people, "p1", { email: "2@x" });
    })),
  write("a transaction that reads and writes", (db) =>
    db.transaction(async (tx) => {
      const rows = await tx.all(query(people).where({ city: "Lima" }));
      await tx.insert(accounts, { id: "a", amount: rows.length });
      await tx.insert(people, person(1)).catch((error) => {
        if (error.rule !== "key") throw error;
      });
      await beside(() => db.count(query(noise)));
      await tx.transaction(async (inner) => {
        await inner.delete(people, "p5");
        await inner.insert(accounts, { id: "undone" });
        inner.rollback("undone");
      }).catch((reason) => {
        if (reason !== "undone") throw reason;
      });
      await tx.update(accounts, "a", { amount: increment(10) });
      await tx.delete(notes, "n4");
    })),
  write("a transaction that others beat three times", (db) =>
    db.transaction(async (tx) => {
      await tx.get(noise, "x");
      if (tx.attempt <= 3) await beside(() => db.upsert(noise, { id: "x", n: tx.attempt }));
      await tx.insert(accounts, [{ id: "b" }, { id: "c" }]);
      await tx.updateAll(accounts, {}, { kind: "job" });
    })),
  write("delete with a cascade", (db) => db.delete(people, "p1")),
  write(
    "claim",
    (db) => db.claim(query(accounts).where({ kind: "job" }).limit(2), { kind: "taken" }),
  ),
  write("upsert and replace", (db) =>
    db.transaction(async (tx) => {
      await tx.upsert(people, { id: "p2", email: "2@x", city: "Bonn" });
      await tx.replace(accounts, { id: "b", amount: 7 });
    })),
  write("a transaction that swallows what fails", swallowing),
  write("set a value", (db) => db.setValue("motto", "set")),
  read("get", (db) => db.get(people, "p2")),
  read("getMany", (db) => db.getMany(people, ["p2", "none", "p3"])),
  read("all", (db) => db.all(query(people).include("notes", notes, { personId: "id" }))),
  read("count", (db) => db.count(query(people))),
  read("iterate", (db) => collected(db.iterate(query(people)))),
  read("getValue", (db) => db.getValue("motto")),
  read("explain", async (db) => (await db.explain(query(people))).steps.length),
  read("check", (db) => db.check()),
  read(
    "a transaction that reads",
    (db) =>
      db.transaction(async (tx) => [await tx.get(people, "p2"), await tx.count(query(notes))]),
  ),
  write("deleteAll", (db) => db.deleteAll(people, {})),
];

/** All that counts, as text. */
export async function stateOf(db: Database): Promise<string> {
  return JSON.stringify([
    ...[await db.all(query(people)), await db.all(query(notes)), await db.all(query(loans))],
    ...[await db.all(query(accounts)), await db.getValue("motto")],
  ]);
}
