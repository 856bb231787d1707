import { createClient } from "@libsql/client";
import { assertEquals, assertRejects } from "@std/assert";
import {
  DataError,
  increment,
  integer,
  openDatabase,
  query,
  type Schema,
  table,
  text,
} from "../../../mod.ts";
import { libsqlDriver } from "../../../drivers/libsql.ts";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { DatabaseSync } from "node:sqlite";
import { runsOf } from "../../model/runs.ts";
import { startSqld } from "../../support/sqld.ts";
import { openAt } from "./open.ts";

const counters = table("counters", { id: text().primaryKey(), n: integer() });
const parts = table("parts", { id: text().primaryKey(), batch: integer() }, { indexes: ["batch"] });
const schema: Schema = { tables: [counters, parts] };

/** What is kept of the server itself outlives a test that waits for its streams. */
const server = { sanitizeOps: false, sanitizeResources: false };

Deno.test("what libSQL has written node:sqlite reads and goes on with, and the other way round", async () => {
  const folder = await Deno.makeTempDir({ prefix: "strata_" });
  const path = `${folder}/data.db`;
  {
    await using db = await openAt(`file:${path}`, schema);
    await db.insert(counters, { id: "a", n: 1 });
  }
  const client = new DatabaseSync(path);
  {
    await using db = await openDatabase(schema, sqliteDriver(client));
    assertEquals([db.seq, await db.get(counters, "a")], [1, { id: "a", n: 1 }]);
    await db.update(counters, "a", { n: increment(1) });
  }
  client.close();
  {
    await using db = await openAt(`file:${path}`, schema);
    assertEquals([db.seq, await db.get(counters, "a")], [2, { id: "a", n: 2 }]);
    assertEquals(await db.check(), []);
  }
  await Deno.remove(folder, { recursive: true });
});

for (const intMode of ["number", "bigint", "string"] as const) {
  Deno.test(`values are those of the schema with intMode ${intMode}`, async () => {
    const client = createClient({ url: ":memory:", intMode });
    const db = await openDatabase(schema, libsqlDriver(client));
    await db.insert(counters, [{ id: "5", n: 5 }, { id: "6", n: -(2 ** 53 - 1) }]);
    assertEquals(await db.all(query(counters)), [
      { id: "5", n: 5 },
      { id: "6", n: -(2 ** 53 - 1) },
    ]);
    assertEquals(await db.count(query(counters)), 2);
    await db.close();
    client.close();
  });
}

for (const protocol of ["http", "ws"] as const) {
  Deno.test({
    name: `two clients with increments each lose nothing over ${protocol}`,
    ...server,
    async fn() {
      await using sqld = await startSqld();
      await using first = await openAt(sqld[protocol], schema);
      await using second = await openAt(sqld[protocol], schema);
      await first.insert(counters, { id: "a", n: 0 });
      const each = runsOf(100);
      await Promise.all([first, second].map(async (db) => {
        for (let i = 0; i < each; i++) await db.update(counters, "a", { n: increment(1) });
      }));
      assertEquals((await first.get(counters, "a"))?.n, 2 * each);
      await first.transaction((tx) => tx.count(query(counters)));
      assertEquals(Math.max(first.seq, second.seq), 2 * each + 1);
    },
  });

  Deno.test({
    name: `a server killed while it is written to loses nothing over ${protocol}`,
    ...server,
    async fn() {
      await using sqld = await startSqld();
      await using db = await openAt(sqld[protocol], schema);
      const acknowledged = new Set<number>();
      let n = 0;
      for (let round = 0; round < runsOf(5); round++) {
        let killed = false;
        const writing = (async () => {
          while (!killed) {
            const batch = ++n;
            const rows = Array.from({ length: 10 }, (_, i) => ({ id: `${batch} ${i}`, batch }));
            try {
              if (batch % 2) await db.insert(parts, rows);
              else {
                await db.transaction(async (tx) => {
                  for (const row of rows) await tx.insert(parts, row);
                });
              }
              acknowledged.add(batch);
            } catch (error) {
              if (!(error instanceof DataError)) throw error;
              return;
            }
          }
        })();
        await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 100));
        await sqld.kill();
        killed = true;
        await writing;
        await sqld.restart();
        const counts = new Map<number, number>();
        for (const { batch } of await db.all(query(parts))) {
          counts.set(batch, (counts.get(batch) ?? 0) + 1);
        }
        assertEquals([...counts.values()].filter((count) => count !== 10), [], "half a batch");
        assertEquals([...acknowledged].filter((batch) => !counts.has(batch)), [], "lost");
      }
    },
  });
}

Deno.test({
  name: "a server that asks for a token takes the right one, and refuses others as unavailable",
  ...server,
  async fn() {
    const keys = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
    if (!("publicKey" in keys)) throw new Error("Expected a pair");
    const url = (bytes: Uint8Array) => bytes.toBase64({ alphabet: "base64url", omitPadding: true });
    const raw = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, url(raw));
    const json = (value: unknown) => url(new TextEncoder().encode(JSON.stringify(value)));
    const body = `${json({ alg: "EdDSA", typ: "JWT" })}.${json({ exp: 4_000_000_000 })}`;
    const signature = await crypto.subtle.sign(
      "Ed25519",
      keys.privateKey,
      new TextEncoder().encode(body),
    );
    const authToken = `${body}.${url(new Uint8Array(signature))}`;
    await using sqld = await startSqld({ jwtKeyFile: file });
    const client = createClient({ url: sqld.http, authToken });
    const db = await openDatabase(schema, libsqlDriver(client));
    await db.insert(counters, { id: "a", n: 1 });
    assertEquals(await db.get(counters, "a"), { id: "a", n: 1 });
    await db.close();
    client.close();
    for (const wrong of [undefined, `${authToken}x`]) {
      const other = createClient({ url: sqld.http, ...(wrong && { authToken: wrong }) });
      const error = await assertRejects(() => openDatabase(schema, libsqlDriver(other)), DataError);
      assertEquals([error.code, error.committed], ["unavailable", "no"]);
      other.close();
    }
    await Deno.remove(file);
  },
});
