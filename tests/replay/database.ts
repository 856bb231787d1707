import fc from "fast-check";
import { assert, assertRejects } from "@std/assert";
import {
  type Commit,
  createStore,
  type Database,
  DataError,
  increment,
  integer,
  query,
  type Schema,
  type SourceOptions,
  table,
  text,
} from "../../mod.ts";
import { applyRecord } from "../../db/apply.ts";
import { applyCommit, type CommitRecord, recordOf } from "../../engine/mod.ts";
import { decode, encode } from "../../schema/codec.ts";
import { assertSame } from "../conformance/same.ts";
import { drive, subjectOf } from "../conformance/subject.ts";
import { type Operation, operations } from "../model/operation.ts";
import { perform } from "../model/perform.ts";
import { runsOf, seedOf } from "../model/runs.ts";
import { schema, tables } from "../model/schema.ts";

export type OpenDatabase = (schema: Schema, options?: SourceOptions) => Promise<Database>;

/** All rows and values of a source. */
async function contents(source: Database | ReturnType<typeof createStore>): Promise<unknown> {
  const rows: Record<string, unknown> = {};
  for (const def of Object.values(tables)) rows[def.name] = await source.all(query(def as never));
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(schema.values ?? {})) values[name] = await source.getValue(name);
  return { rows, values };
}

/** A database after random steps, and the commits that it told of. */
async function history(open: OpenDatabase, steps: readonly Operation[]) {
  let time = 1_700_000_000_000;
  const db = await open(schema, { now: () => time++ });
  const commits: Commit[] = [];
  db.changes((commit) => commits.push(commit));
  const subject = subjectOf(db);
  // Steps that fail leave no commit, which is part of what is tested.
  for (const step of steps) {
    await drive(perform(subject, (inner) => subject.transaction(inner), step));
  }
  assertSame(commits.map(({ seq }) => seq), commits.map((_, i) => i + 1));
  assertSame(db.seq, commits.length);
  return { db, commits };
}

/** Commit records of a database, fed to another and to a store, must give the same contents. */
export function testDatabaseReplay(name: string, open: OpenDatabase, histories = 500): void {
  Deno.test(`${name}: commit records of random histories give the same contents`, async () => {
    const seed = seedOf(`replay of ${name}`);
    const steps = fc.array(operations, { maxLength: 30 });
    const check = async (done: Operation[]) => {
      const { db, commits } = await history(open, done);
      await using replica = await open(schema);
      using store = createStore(schema);
      for (const commit of commits) {
        // The codec gives back what it was given, here a record.
        const record = decode(encode(recordOf(commit))) as CommitRecord;
        assertSame(await applyRecord(replica, record), true, `commit ${commit.seq}`);
        assertSame(applyCommit(store, record), true, `commit ${commit.seq}`);
      }
      const wanted = await contents(db);
      assertSame(await contents(replica), wanted);
      assertSame(await contents(store), wanted);
      for (const commit of commits) {
        assertSame(await applyRecord(replica, recordOf(commit)), false, `again ${commit.seq}`);
      }
      assertSame(await contents(replica), wanted);
      await db.close();
    };
    await fc.assert(fc.asyncProperty(steps, check), { numRuns: runsOf(histories), seed });
  });

  Deno.test(`${name}: applyRecord() takes unique values that move from row to row`, async () => {
    const slots = table("slots", {
      id: integer().primaryKey(),
      rank: integer().optional().unique(),
    });
    const unique: Schema = { tables: [slots] };
    await using db = await open(unique);
    const commits: Commit[] = [];
    db.changes((commit) => commits.push(commit));
    await db.insert(slots, [1, 2, 3].map((id) => ({ id, rank: id })));
    await db.updateAll(slots, {}, { rank: increment(1) });
    await db.updateAll(slots, {}, { rank: increment(-1) });
    await db.transaction(async (tx) => {
      await tx.update(slots, 1, { rank: null });
      await tx.update(slots, 2, { rank: 1 });
      await tx.update(slots, 1, { rank: 2 });
    });
    await db.transaction(async (tx) => {
      await tx.delete(slots, 3);
      await tx.insert(slots, { id: 0, rank: 3 });
    });
    await using replica = await open(unique);
    for (const commit of commits) await applyRecord(replica, recordOf(commit));
    assertSame(await replica.all(query(slots)), await db.all(query(slots)));
    assertSame(await replica.all(query(slots)), [
      { id: 0, rank: 3 },
      { id: 1, rank: 2 },
      { id: 2, rank: 1 },
    ]);
  });

  Deno.test(`${name}: applyRecord() tells listeners, and writes nothing of what does not fit`, async () => {
    await using db = await open(schema);
    const commits: Commit[] = [];
    db.changes((commit) => commits.push(commit));
    await db.insert(tables.teams, [{ id: "a" }, { id: "b" }]);
    const [record] = commits.map((commit) => recordOf(commit));
    assert(record);
    await using replica = await open(schema);
    const heard: Commit[] = [];
    replica.changes((commit) => heard.push(commit));
    const rows = [...record.rows, [99, record.rows[0]![1], "insert", [], []]];
    await assertRejects(() => applyRecord(replica, { ...record, rows: rows as never }), DataError);
    assertSame([replica.seq, heard.length], [0, 0]);
    assertSame(await applyRecord(replica, record), true);
    assertSame(heard.map(({ id, seq, source }) => [id, seq, source]), [[record.id, 1, "remote"]]);
    await using other = await open({ tables: [table("teams", { id: text().primaryKey() })] });
    await assertRejects(() => applyRecord(other, record), DataError);
    assertSame(other.seq, 0);
  });
}
