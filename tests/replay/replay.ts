import fc from "fast-check";
import { assertThrows } from "@std/assert";
import {
  type AnyTable,
  type Change,
  type Commit,
  DataError,
  increment,
  integer,
  query,
  type Schema,
  type Store,
  type StoreOptions,
  table,
  text,
} from "../../mod.ts";
import { applyCommit, type CommitRecord, recordOf } from "../../engine/mod.ts";
import { decode, encode } from "../../schema/codec.ts";
import { assertSame, show } from "../conformance/same.ts";
import { drive, subjectOf } from "../conformance/subject.ts";
import { type Operation, operations } from "../model/operation.ts";
import { perform } from "../model/perform.ts";
import { runsOf, seedOf } from "../model/runs.ts";
import { schema, tables } from "../model/schema.ts";

export type OpenStore = (schema: Schema, options?: StoreOptions) => Store;

type Step = Operation | { readonly verb: "undo" | "redo" | "checkpoint" | "wait" };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 6, arbitrary: operations },
    {
      weight: 2,
      arbitrary: fc.constantFrom("undo", "undo", "redo", "checkpoint", "wait")
        .map((verb) => ({ verb } as Step)),
    },
  ),
  { maxLength: 30 },
);

async function act(store: Store, step: Step, wait: () => void): Promise<void> {
  switch (step.verb) {
    case "undo":
      return void store.undo();
    case "redo":
      return void store.redo();
    case "checkpoint":
      return store.checkpoint();
    case "wait":
      return wait();
    default: {
      const db = subjectOf(store);
      // Steps that fail leave no commit, which is part of what is tested.
      await drive(perform(db, (inner) => db.transaction(inner), step));
    }
  }
}

/** A store with a history of random steps, and the commits that it told of. */
async function history(open: OpenStore, done: readonly Step[]): Promise<[Store, Commit[]]> {
  let time = 1_700_000_000_000;
  const evict = { marks: { maxRows: 3, ttlMs: 100 } };
  const store = open(schema, { now: () => time++, evict });
  const commits: Commit[] = [];
  store.changes((commit) => commits.push(commit));
  for (const step of done) await act(store, step, () => time += 150);
  return [store, commits];
}

function changesOf(commit: Commit, table: AnyTable): readonly Change[] {
  const changes = commit.tables.get(table) ?? [];
  return changes === "unknown" ? [] : changes;
}

/** Commit records of one store, fed to another, must give the same contents. */
export function testReplay(name: string, open: OpenStore): void {
  const check = async (test: (done: Step[]) => Promise<void>) => {
    const seed = seedOf(`replay of ${name}`);
    await fc.assert(fc.asyncProperty(steps, test), { numRuns: runsOf(500), seed });
  };

  Deno.test(`${name}: commit records of random histories give the same contents`, async () => {
    await check(async (done) => {
      const [store, commits] = await history(open, done);
      using replica = open(schema);
      for (const commit of commits) {
        assertSame(applyCommit(replica, recordOf(commit)), true, `commit ${commit.seq}`);
      }
      assertSame(replica.toJSON(), store.toJSON());
      store[Symbol.dispose]();
    });
  });

  Deno.test(`${name}: commit records pass through text and change nothing twice`, async () => {
    await check(async (done) => {
      const [store, commits] = await history(open, done);
      using replica = open(schema);
      // The codec gives back what it was given, here a record.
      const records = commits.map((commit) => decode(encode(recordOf(commit))) as CommitRecord);
      for (const record of records) applyCommit(replica, record);
      const once = show(replica.toJSON());
      for (const record of records) assertSame(applyCommit(replica, record), false);
      assertSame(show(replica.toJSON()), once);
      assertSame(replica.toJSON(), store.toJSON());
      store[Symbol.dispose]();
    });
  });

  Deno.test(`${name}: applyCommit() tells listeners the same changes`, async () => {
    await check(async (done) => {
      const [store, commits] = await history(open, done);
      using replica = open(schema);
      const heard: Commit[] = [];
      replica.changes((commit) => heard.push(commit));
      for (const commit of commits) applyCommit(replica, recordOf(commit));
      // What a commit wrote and took back again may be told as a commit of nothing, or not.
      const summary = (all: Commit[]) =>
        all.filter(({ tables, values }) => tables.size > 0 || values !== undefined)
          .map((commit) => [
            commit.id,
            commit.values ?? {},
            Object.values(tables).map((table) =>
              changesOf(commit, table).map(({ key, kind, after }) => ({ key, kind, after }))
                // The rows of one commit have no order.
                .sort((a, b) => show(a.key) < show(b.key) ? -1 : 1)
            ),
          ]);
      assertSame(summary(heard), summary(commits));
      store[Symbol.dispose]();
    });
  });

  Deno.test(`${name}: applyCommit() takes unique values that move from row to row`, () => {
    const slots = table("slots", {
      id: integer().primaryKey(),
      rank: integer().optional().unique(),
    });
    const unique: Schema = { tables: [slots] };
    using store = open(unique);
    const commits: Commit[] = [];
    store.changes((commit) => commits.push(commit));
    store.insert(slots, [1, 2, 3].map((id) => ({ id, rank: id })));
    store.updateAll(slots, {}, { rank: increment(1) });
    store.updateAll(slots, {}, { rank: increment(-1) });
    store.transaction((tx) => {
      tx.update(slots, 1, { rank: null });
      tx.update(slots, 2, { rank: 1 });
      tx.update(slots, 1, { rank: 2 });
    });
    store.transaction((tx) => {
      tx.delete(slots, 3);
      tx.insert(slots, { id: 0, rank: 3 });
    });
    using replica = open(unique);
    for (const commit of commits) {
      assertSame(applyCommit(replica, recordOf(commit)), true, `commit ${commit.seq}`);
    }
    assertSame(replica.toJSON(), store.toJSON());
    for (const rank of [1, 2, 3]) {
      assertSame(replica.count(query(slots).where({ rank })), 1, `rank ${rank}`);
    }
  });

  Deno.test(`${name}: applyCommit() writes nothing of a record that does not fit`, () => {
    using store = open(schema);
    const commits: Commit[] = [];
    store.changes((commit) => commits.push(commit));
    store.insert(tables.teams, [{ id: "a" }, { id: "b" }]);
    using other = open({ tables: [table("teams", { id: text().primaryKey() })] });
    using replica = open(schema);
    const [record] = commits.map((commit) => recordOf(commit));
    const before = other.toJSON();
    assertThrows(() => applyCommit(other, record!), DataError);
    assertSame(other.toJSON(), before);
    const rows = [...record!.rows, [99, record!.rows[0]![1], "insert", [], []]];
    const empty = replica.toJSON();
    assertThrows(() => applyCommit(replica, { ...record!, rows: rows as never }), DataError);
    assertSame(replica.toJSON(), empty);
    assertSame(applyCommit(replica, record!), true);
    assertSame(replica.toJSON(), store.toJSON());
  });
}
