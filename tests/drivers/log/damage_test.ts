import { assert, assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../../mod.ts";
import { recover } from "../../../db/driver.ts";
import { frameBytes, KIND } from "../../../drivers/log/frame.ts";
import { scan } from "../../../drivers/log/scan.ts";
import { assertDataError } from "../../conformance/suite.ts";
import { runsOf } from "../../model/runs.ts";
import { FakeDisk, fakeDriver, joined } from "./fake_file.ts";
import { contents, open, pair, pairs, people } from "./subject.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A small database: its bytes and what it held after each commit, by the bytes there were then. */
async function small(): Promise<{ bytes: Bytes; states: Map<number, string> }> {
  const disk = new FakeDisk();
  const db = await open(disk);
  const states = new Map([[disk.bytes.length, await contents(db)]]);
  const note = async () => states.set(disk.bytes.length, await contents(db));
  await db.insert(people, { id: "ada", name: "Ada \u{1F600}", more: { list: [1, null] } });
  await note();
  await db.insert(pairs, pair(1));
  await note();
  await db.update(people, "ada", { name: null });
  await note();
  await db.setValue("motto", "forward");
  await note();
  await db.delete(pairs, "1 a");
  await note();
  await db.close();
  return { bytes: disk.bytes, states };
}

function diskOf(bytes: Bytes): FakeDisk {
  const disk = new FakeDisk();
  disk.place(bytes);
  return disk;
}

/** What a database in these bytes holds, or what opening it fails with. */
async function reopened(bytes: Bytes): Promise<string | DataError> {
  try {
    await using db = await open(diskOf(bytes));
    return await contents(db);
  } catch (error) {
    if (error instanceof DataError) return error;
    throw error;
  }
}

Deno.test("a log that was cut off anywhere has the commits before, or is corrupt", async () => {
  const { bytes, states } = await small();
  const [snapshotEnd = 0] = states.keys();
  for (let length = 0; length <= bytes.length; length++) {
    const found = await reopened(bytes.slice(0, length));
    const end = [...states.keys()].findLast((end) => end <= length);
    if (length >= snapshotEnd) assertEquals(found, states.get(end ?? 0), `${length} bytes`);
    else {assert(
        found instanceof DataError && found.code === "corrupt",
        `${length} bytes: ${found}`,
      );}
  }
});

Deno.test("a log whose end is zeros has the commits before them", async () => {
  const { bytes, states } = await small();
  const [snapshotEnd = 0] = states.keys();
  for (let length = snapshotEnd; length <= bytes.length; length += 3) {
    const found = await reopened(joined([bytes.slice(0, length), new Uint8Array(4_096)]));
    const end = [...states.keys()].findLast((end) => end <= length);
    // The last bytes of a frame that are zeros anyway are no loss.
    assertEquals(found, states.get(end ?? 0), `${length} bytes`);
  }
});

Deno.test("a flipped bit anywhere is told", async () => {
  const { bytes } = await small();
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    const error = assertThrows(() => scan(damaged), DataError, undefined, `bit ${bit}`);
    assert(["corrupt", "version"].includes(error.code), `bit ${bit}: ${error}`);
    if (bit % (runsOf(1) > 1 ? 7 : 101) !== 0) continue;
    const found = await reopened(damaged);
    assert(found instanceof DataError && found.code === error.code, `bit ${bit}: ${found}`);
  }
});

Deno.test("bytes that are missing or put in anywhere are told, or are those of a last write", async () => {
  const { bytes, states } = await small();
  const known = new Set(states.values());
  for (let at = 0; at < bytes.length; at += 13) {
    for (const size of [1, 16, 40]) {
      const without = joined([bytes.slice(0, at), bytes.slice(at + size)]);
      const withMore = joined([bytes.slice(0, at), bytes.slice(at, at + size), bytes.slice(at)]);
      for (const changed of [without, withMore]) {
        const found = await reopened(changed);
        if (found instanceof DataError) assertEquals(found.code, "corrupt");
        else assert(known.has(found), `${at}: ${found}`);
      }
    }
  }
});

Deno.test("parts that are whole and mean something else are told", async () => {
  const { bytes, states } = await small();
  const [snapshotEnd = 0, ...ends] = states.keys();
  const commits = ends.map((end, i) => bytes.slice([snapshotEnd, ...ends][i], end));
  const snapshot = bytes.slice(0, snapshotEnd);
  for (const text of ["", "[]", "null", "7", "[1]", '[6,"x","user",null,0,[null]]', "[6,7]"]) {
    const found = await reopened(joined([bytes, frameBytes(KIND.commit, text)]));
    assert(found instanceof DataError && found.code === "corrupt", `${text}: ${found}`);
  }
  const [first, second] = commits;
  for (const parts of [[snapshot, second!], [snapshot, first!, snapshot], [first!]]) {
    const found = await reopened(joined(parts));
    assert(found instanceof DataError && found.code === "corrupt", `${found}`);
  }
});

Deno.test("a format that is newer, and a part that has to be understood, are told", async () => {
  const { bytes, states } = await small();
  const last = [...states.values()].at(-1);
  const must = joined([bytes, frameBytes(9, "[]", 1)]);
  await assertDataError(() => open(diskOf(must)), { code: "version" });
  assertEquals(await reopened(joined([bytes, frameBytes(9, "[]", 0)])), last);
});

Deno.test("parts of unknown kinds are kept when the log is folded, whoever wrote them when", async () => {
  const { bytes } = await small();
  const disk = diskOf(joined([bytes, frameBytes(9, '["one"]', 0)]));
  const drivers = [fakeDriver(disk), fakeDriver(disk)];
  const [here, there] = [await open(disk), await open(disk)];
  const { openDatabase } = await import("../../../mod.ts");
  const { schema } = await import("./subject.ts");
  const db = await openDatabase(schema, drivers[0]!);
  const fold = () => drivers[0]!.sessions[0]!.compact();
  const kept = () => scan(disk.bytes).frames.filter(({ kind }) => kind > KIND.commit).length;
  await fold();
  assertEquals(kept(), 1);
  await there.insert(pairs, pair(5));
  disk.place(joined([disk.bytes, frameBytes(9, '["two"]', 0)]));
  await db.insert(pairs, pair(6));
  await fold();
  assertEquals(kept(), 2);
  disk.file!.bytes = joined([disk.bytes, frameBytes(10, '["three"]', 0)]);
  await fold();
  assertEquals(kept(), 3);
  await here.insert(pairs, pair(7));
  assertEquals(kept(), 3);
  const all = await contents(here);
  for (const one of [db, there]) {
    assertEquals(await contents(one), all);
    await one.close();
  }
  await here.close();
});

Deno.test("recover() gives what is left of a damaged log", async () => {
  const { bytes, states } = await small();
  const rowsOf = async (bytes: Bytes) => {
    const found: Record<string, unknown[]> = {};
    for await (const { table, row } of recover(fakeDriver(diskOf(bytes)))) {
      (found[table] ??= []).push(row);
    }
    return found;
  };
  const ada = { id: "ada", name: null, more: { list: [1, null] } };
  assertEquals(await rowsOf(bytes), { people: [ada], pairs: [pair(1)[1]] });
  const [snapshotEnd = 0, first = 0] = states.keys();
  const damaged = bytes.slice();
  damaged[(snapshotEnd + first) >> 1]! ^= 1; // the insert of ada
  await assertDataError(() => open(diskOf(damaged)), { code: "corrupt" });
  assertEquals(await rowsOf(damaged), { people: [{ id: "ada", name: null }], pairs: [pair(1)[1]] });
  assertEquals(await rowsOf(new Uint8Array(100)), {});
});
