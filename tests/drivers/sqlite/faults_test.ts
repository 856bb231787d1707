import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataError } from "../../../mod.ts";
import {
  commit,
  info,
  insert,
  item,
  items,
  openSession,
  read,
  seen,
  update,
  withFile,
} from "./fake_core.ts";

/** A node:sqlite database whose calls fail where `fault` says so, before or after their effect. */
function faulty(
  client: DatabaseSync,
  fault: (text: string) => "before" | "after" | undefined,
  error: () => Error,
): DatabaseSync {
  const guarded = <T>(text: string, fn: () => T): T => {
    const when = fault(text);
    if (when === "before") throw error();
    const value = fn();
    if (when === "after") throw error();
    return value;
  };
  return {
    exec: (text: string) => guarded(text, () => client.exec(text)),
    close: () => client.close(),
    prepare(text: string) {
      // deno-lint-ignore no-explicit-any
      const statement = client.prepare(text) as any;
      // deno-lint-ignore no-explicit-any
      const call = (name: string) => (...params: any[]) =>
        guarded(text, () => statement[name](...params));
      return {
        setReadBigInts: (on: boolean) => statement.setReadBigInts(on),
        setReturnArrays: (on: boolean) => statement.setReturnArrays(on),
        all: call("all"),
        get: call("get"),
        run: call("run"),
      };
    },
  } as unknown as DatabaseSync;
}

function sqliteError(message: string): Error {
  return Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR" });
}

for (const when of ["before", "after"] as const) {
  Deno.test(`a COMMIT that fails ${when} its effect is told apart by the commit's id`, async () => {
    const client = new DatabaseSync(":memory:");
    let on = false;
    await using opened = await openSession(
      client,
      {},
      (inner) =>
        faulty(
          inner,
          (text) => on && text === "COMMIT" ? when : undefined,
          () => (on = false, sqliteError("disk I/O error")),
        ),
    );
    const { session, told } = opened;
    await commit(session, () => insert(item("a")));
    on = true;
    const committed = when === "after" ? "yes" : "no";
    for (
      const result of await Promise.allSettled([
        commit(session, () => insert(item("b")), info([], "one")),
        commit(session, () => insert(item("c")), info([], "two")),
      ])
    ) {
      assert(result.status === "rejected");
      assert(result.reason instanceof DataError);
      assertEquals([result.reason.code, result.reason.committed], ["unavailable", committed]);
    }
    assertEquals((await seen(session, "b")) !== undefined, when === "after");
    const { seq } = await commit(session, () => insert(item("d")));
    assertEquals(seq, when === "after" ? 4 : 2);
    assertEquals(told.map(({ id }) => id), when === "after" ? ["one", "two"] : []);
  });
}

Deno.test("a COMMIT whose fate can't be found out is unknown, and told when it can", async () => {
  const client = new DatabaseSync(":memory:");
  let broken = false;
  let armed = false;
  await using opened = await openSession(
    client,
    {},
    (inner) =>
      faulty(inner, (text) => {
        if (armed && text === "COMMIT") {
          [armed, broken] = [false, true];
          return "after";
        }
        return broken ? "before" : undefined;
      }, () => sqliteError("disk I/O error")),
  );
  const { session, told } = opened;
  await commit(session, () => insert(item("a")));
  armed = true;
  const error = await assertRejects(() =>
    commit(session, () => insert(item("b")), info([], "lost"))
  );
  assert(error instanceof DataError);
  assertEquals(error.committed, "unknown");
  broken = false;
  await session.poll();
  assertEquals(told[0]?.id, "lost"); // and perhaps a stranger, as the counters could not be read
});

/** What a full run does, as a list of steps that each may fail. */
async function story(session: Awaited<ReturnType<typeof openSession>>["session"]) {
  const outcomes: unknown[] = [];
  const step = async (run: () => unknown) => {
    try {
      await run();
      outcomes.push("ok");
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      outcomes.push(error.committed ?? error.code);
    }
  };
  await step(() =>
    commit(session, () => insert(...Array.from({ length: 600 }, (_, i) => item(`s${i}`))))
  );
  await step(async () => {
    await Promise.all([
      commit(session, () => insert(item("a", 1, "x"), item("b", 2, "y"), item("c", 3))),
      commit(session, () => insert(item("d"))),
    ]);
  });
  await step(() =>
    commit(session, () => update([item("a"), item("b")], [item("a", 1, "y"), item("b", 2, "x")]))
  );
  const hold = session.hold();
  const work = function* (kept: boolean) {
    if (!kept) yield* insert(item("held"));
    return yield* read("held");
  };
  await step(() => hold.look(work, true));
  await step(() => seen(session, "a"));
  await step(() => hold.reserve(1000));
  await step(() => hold.look(work, true));
  await step(() => hold.commit(info(), work));
  hold.end();
  await step(() => session.poll());
  return outcomes;
}

for (const when of ["before", "after"] as const) {
  Deno.test(`a call that fails once, ${when} its effect, leaves nothing half done`, async () => {
    let calls = Infinity;
    for (let n = 0; n < calls; n++) {
      const client = new DatabaseSync(":memory:");
      let count = -1;
      await using opened = await openSession(
        client,
        {},
        (inner) =>
          faulty(
            inner,
            () => count >= 0 && count++ === n ? when : undefined,
            () => sqliteError("disk I/O error"),
          ),
      );
      const { session } = opened;
      count = 0;
      await story(session);
      if (count <= n) calls = n;
      count = -1;
      const number = (text: string) => Number(client.prepare(text).get()?.n);
      const seeded = number("SELECT count(*) AS n FROM items WHERE id LIKE 's%'");
      assert(seeded === 0 || seeded === 600, `${seeded} rows at call ${n}`);
      const group = number("SELECT count(*) AS n FROM items WHERE id IN ('a', 'b', 'c')");
      assert(group === 0 || group === 3, `${group} rows at call ${n}`);
      const last = number("SELECT max(seq) AS n FROM strata_commits");
      assertEquals(number("SELECT count(*) AS n FROM strata_commits"), last, `call ${n}`);
      assertEquals((await commit(session, () => insert(item("after")))).seq, last + 1, `call ${n}`);
      assertEquals(client.isTransaction, false);
    }
    assert(calls > 50 && calls < 1000, `${calls} calls`);
  });
}

Deno.test("a full database is an error of its own, and what was there stays", () =>
  withFile(async (path) => {
    await using opened = await openSession(path);
    const { session, client } = opened;
    await commit(session, () => insert(item("a")));
    const pages = client.prepare("PRAGMA page_count").get()?.page_count;
    client.exec(`PRAGMA max_page_count = ${pages}`);
    const rows = Array.from({ length: 5000 }, (_, i) => item(`row ${i} ${"x".repeat(100)}`));
    const results = await Promise.allSettled([
      commit(session, () => insert(item("b"))),
      commit(session, () => insert(...rows)),
      commit(session, () => insert(item("c"))),
    ]);
    assertEquals(
      results.map((result) =>
        result.status === "fulfilled" ? result.value.seq : result.reason.code
      ),
      [2, "full", 3],
    );
    assertEquals(client.prepare("SELECT count(*) AS n FROM items").get()?.n, 3);
  }));

Deno.test("a lock that is not given up in time is a timeout, with nothing written", () =>
  withFile(async (path) => {
    await using opened = await openSession(path);
    const other = new DatabaseSync(path);
    other.exec("BEGIN IMMEDIATE");
    const error = await assertRejects(() => commit(opened.session, () => insert(item("a"))));
    assert(error instanceof DataError);
    assertEquals([error.code, error.committed], ["timeout", "no"]);
    other.exec("ROLLBACK");
    other.close();
    assertEquals((await commit(opened.session, () => insert(item("a")))).seq, 1);
  }));

Deno.test("a client that was closed is an error of its own", async () => {
  const opened = await openSession(":memory:");
  opened.client.close();
  const error = await assertRejects(() => commit(opened.session, () => insert(item("a"))));
  assert(error instanceof DataError);
  assertEquals([error.code, error.committed], ["closed", "no"]);
  const reading = await assertRejects(async () =>
    await opened.session.ask({ ask: "keys", table: items, keys: [["a"]] })
  );
  assert(reading instanceof DataError && reading.code === "closed");
  await opened.session.close();
});

Deno.test("what is no database of the four clients is refused", async () => {
  for (
    const other of [null, {}, { exec() {}, close() {} }, {
      exec() {},
      close() {},
      prepare: () => 1,
    }]
  ) {
    await assertRejects(() => openSession(other as never), TypeError, "Cannot use a client");
  }
});

Deno.test("a client serves one session at a time", async () => {
  await using opened = await openSession(":memory:");
  const error = await assertRejects(() => openSession(opened.client));
  assert(error instanceof DataError && error.code === "unavailable");
  await opened.session.close();
  const again = await openSession(opened.client);
  assertEquals(again.session.seq, 0);
  await again.session.close();
});
