import { assert, assertEquals } from "@std/assert";
import { blobs } from "../../db/blobs/mod.ts";
import { start } from "../drivers/sqlite/children/start.ts";
import { runsOf } from "../model/runs.ts";
import { contentOf, KEYS, openKind } from "./children/puts.ts";
import { assertNoLitter } from "./inspect.ts";

const ROUNDS = runsOf(4);

/** What the contents say of themselves, and that they are whole. */
async function numbers(kind: string, path: string): Promise<number[]> {
  // Leases of who was killed are over by then.
  const later = Date.now() + 3_600_000;
  await using db = await openKind(kind, path, { now: () => later });
  const files = blobs(db, "files");
  assertEquals(await files.verify(), []);
  await files.gc();
  assertEquals(await files.verify(), []);
  await assertNoLitter(db);
  const found: number[] = [];
  for (const key of KEYS) {
    const bytes = await (await files.get(key))?.bytes();
    if (!bytes) continue;
    const n = new DataView(bytes.buffer).getUint32(0);
    assertEquals(bytes, contentOf(n));
    found.push(n);
  }
  const { blobs: heads } = await files.list();
  // What is small stands in the database.
  const etags = new Set(heads.filter(({ size }) => size > 8_192).map(({ etag }) => etag));
  if (kind === "file") assertEquals(await namesIn(`${path}.blobs`), etags);
  return found;
}

async function namesIn(folder: string): Promise<Set<string>> {
  const names = new Set<string>();
  for await (const space of Deno.readDir(folder)) {
    assert(/^[0-9a-f]{32}$/.test(space.name));
    for await (const { name } of Deno.readDir(`${folder}/${space.name}`)) names.add(name);
  }
  return names;
}

for (const kind of ["sqlite", "file"]) {
  Deno.test(`${kind}: kill -9 in mid-put leaves the old content or the new one, ${ROUNDS} times`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "strata_" });
    try {
      let first = 1;
      for (let round = 0; round < ROUNDS; round++) {
        const child = start("../../../blobs/children/puts.ts", kind, `${folder}/data`, `${first}`);
        const line = await child.lines.next();
        if (line.done) await child.ended();
        let acknowledged = Number(line.value);
        const told = (async () => {
          for (let line = await child.lines.next(); !line.done; line = await child.lines.next()) {
            acknowledged = Number(line.value);
          }
        })();
        await new Promise((done) => setTimeout(done, Math.random() * 400));
        child.kill();
        await told;
        await child.ended();
        const found = await numbers(kind, `${folder}/data`);
        const last = Math.max(...found);
        assert(last === acknowledged || last === acknowledged + 1, `${last}, not ${acknowledged}`);
        first = last + 1;
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
