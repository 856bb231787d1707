import { assert, assertEquals } from "@std/assert";
import { cache } from "../../../db/cache/mod.ts";
import { type Child, start } from "../../drivers/sqlite/children/start.ts";
import { runsOf } from "../../model/runs.ts";
import { openAt } from "./children/open.ts";
import { keysOf } from "./suite.ts";

const KILLS = runsOf(1) > 1 ? 50 : 4;
const KEYS = 8;

async function line(child: Child): Promise<string> {
  const { value, done } = await child.lines.next();
  if (!done) return value;
  await child.ended();
  throw new Error("It ended without a word");
}

for (const kind of ["file", "sqlite"]) {
  const test = (title: string, fn: (path: string) => Promise<void>) =>
    Deno.test(`${kind}: cache ${title}`, async () => {
      const folder = await Deno.makeTempDir({ prefix: "strata_" });
      try {
        await fn(`${folder}/data`);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });

  test(`has all of a setMany() or nothing after kill -9, ${KILLS} times`, async (path) => {
    let [next, acknowledged] = [1, 0];
    for (let i = 0; i < KILLS; i++) {
      const child = start("../../../db/cache/children/sets.ts", kind, path, `${next}`);
      acknowledged = Number(await line(child));
      const told = (async () => {
        for (let line = await child.lines.next(); !line.done; line = await child.lines.next()) {
          acknowledged = Number(line.value);
        }
      })();
      await new Promise((done) => setTimeout(done, Math.random() * 80));
      child.kill();
      await told;
      await child.ended();
      await using db = await openAt(kind, path, "strict");
      const c = cache<number>(db, "killed", { maxEntries: 50 });
      const last = await c.get("a") ?? 0;
      assert(last === acknowledged || last === acknowledged + 1, `${last} after ${acknowledged}`);
      assertEquals([await c.get(`b${last}`), await c.get(`c${last}`)], [last, last]);
      assertEquals((await keysOf(c)).length, Math.min(50, 1 + 2 * last));
      assertEquals(await c.invalidateTags([`t${last}`]), 3);
      next = last + 1;
      await c.setMany([["a", last], [`b${last}`, last], [`c${last}`, last]], { tags: ["again"] });
    }
  });

  test("makes each value once in two processes with a lease", async (path) => {
    await using db = await openAt(kind, path, "relaxed");
    const children = [1, 2].map(() =>
      start("../../../db/cache/children/makes.ts", kind, path, `${KEYS}`)
    );
    for (const child of children) assertEquals(await line(child), "ready");
    for (const child of children) await child.send("go");
    const made = await Promise.all(children.map(async (child) => Number(await line(child))));
    for (const child of children) await child.ended();
    assertEquals((made[0] ?? 0) + (made[1] ?? 0), KEYS);
    assertEquals((await keysOf(cache(db, "leased"))).length, KEYS);
  });
}
