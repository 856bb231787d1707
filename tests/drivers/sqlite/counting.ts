/**
 * A process of its own that adds to a row again and again: the path, then how often.
 *
 * @module
 */
import { commit, openSession, read, update } from "./fake_core.ts";

const [path = "", times = "0"] = Deno.args;
await using opened = await openSession(path);
for (let i = 0; i < Number(times); i++) {
  await commit(opened.session, function* () {
    const row = yield* read("a");
    if (!row) throw new Error("There is no such row");
    yield* update([row], [{ ...row, n: Number(row.n) + 1 }], ["n"]);
  });
}
