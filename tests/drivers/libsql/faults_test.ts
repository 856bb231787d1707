import { createClient } from "@libsql/client";
import { assertEquals } from "@std/assert";
import {
  type Database,
  DataError,
  increment,
  integer,
  openDatabase,
  query,
  table,
  text,
} from "../../../mod.ts";
import { libsqlDriver } from "../../../drivers/libsql.ts";
import { type HranaFault, type HranaServer, startHrana } from "../../support/hrana.ts";

const counters = table("counters", { id: text().primaryKey(), n: integer() });

function test(name: string, fn: (db: Database, server: HranaServer) => Promise<void>): void {
  Deno.test({
    name: `libsql: ${name}`,
    // Requests whose answers were dropped end when the server does.
    ...{ sanitizeOps: false, sanitizeResources: false },
    async fn() {
      await using server = await startHrana();
      const client = createClient({ url: server.url });
      const db = await openDatabase({ tables: [counters] }, libsqlDriver(client));
      await db.insert(counters, { id: "a", n: 0 });
      try {
        await fn(db, server);
      } finally {
        server.fault = () => undefined;
        await db.close();
        client.close();
      }
    },
  });
}

/** The fault once, at the first request for which `when` holds. */
function onceAt(
  server: HranaServer,
  fault: HranaFault,
  when: (texts: readonly string[]) => boolean,
) {
  let armed = true;
  server.fault = (texts) => {
    if (!armed || !when(texts)) return undefined;
    armed = false;
    return fault;
  };
}

const commits = (texts: readonly string[]) => texts.includes("COMMIT") && texts.length > 3;

/** What a write comes to: the error's code and `committed`, and whether it is there. */
async function outcome(write: () => Promise<unknown>, there: () => Promise<boolean>) {
  try {
    await write();
    return ["done", await there()];
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return [error.code, error.committed, await there()];
  }
}

const has = (db: Database, id: string) => async () => await db.get(counters, id) !== undefined;

test(
  "a reply that is lost before or after the commit is told apart by its id",
  async (db, server) => {
    for (
      const [fault, committed] of [["drop before", "no"], ["drop after", "yes"], [
        "truncated",
        "yes",
      ]] as const
    ) {
      onceAt(server, fault, commits);
      const id = `plain ${fault}`;
      assertEquals(
        await outcome(() => db.insert(counters, { id, n: 1 }), has(db, id)),
        ["unavailable", committed, committed === "yes"],
      );
      onceAt(server, fault, commits);
      const other = `transaction ${fault}`;
      assertEquals(
        await outcome(() =>
          db.transaction(async (tx) => {
            await tx.get(counters, "a");
            await tx.insert(counters, { id: other, n: 1 });
          }), has(db, other)),
        ["unavailable", committed, committed === "yes"],
      );
    }
    const { seq } = db;
    await db.insert(counters, { id: "after", n: 1 });
    assertEquals(db.seq > seq, true);
    const seqs = server.client.prepare("SELECT count(*) AS n, max(seq) AS last FROM strata_commits")
      .get();
    assertEquals(seqs?.["n"], seqs?.["last"]);
  },
);

test("what is busy, slow or has expired is done again, once", async (db, server) => {
  for (const fault of ["busy", "slow", "expired"] as const) {
    onceAt(server, fault, (texts) => texts.some((part) => part.startsWith("UPDATE")));
    await db.transaction(async (tx) => {
      const row = await tx.get(counters, "a");
      await tx.update(counters, "a", { n: row!.n + 1 });
    });
    onceAt(server, fault, (texts) => texts.length > 0);
    await db.update(counters, "a", { n: increment(1) });
  }
  assertEquals(await db.get(counters, "a"), { id: "a", n: 6 });
});

test(
  "each request may fail once in any way: a typed error, nothing half done, the next works",
  async (db, server) => {
    const faults: HranaFault[] = [
      "drop before",
      "drop after",
      "truncated",
      "expired",
      "busy",
      401,
      503,
    ];
    for (const fault of faults) {
      for (let at = 1, more = true; more; at++) {
        let count = 0;
        const before = (await db.get(counters, "a"))!.n;
        count = 0;
        const [state] = await outcome(() =>
          db.transaction(async (tx) => {
            const row = await tx.get(counters, "a");
            await tx.insert(counters, { id: `${fault} ${at} one`, n: 0 });
            await tx.insert(counters, { id: `${fault} ${at} two`, n: 0 });
            await tx.update(counters, "a", { n: row!.n + 1 });
          }), () => Promise.resolve(true));
        more = count >= at;
        server.fault = () => undefined;
        const rows = await db.all(query(counters));
        const written = rows.filter(({ id }) => id.startsWith(`${fault} ${at} `)).length;
        const after = rows.find(({ id }) => id === "a")!.n;
        assertEquals(
          [written, after - before],
          after > before ? [2, 1] : [0, 0],
          `${fault} at ${at}`,
        );
        if (state === "done") assertEquals(written, 2, `${fault} at ${at}`);
        await db.update(counters, "a", { n: increment(1) });
      }
    }
  },
);
