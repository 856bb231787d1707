import { assert, assertEquals } from "@std/assert";
import { type Database, DataError } from "../../mod.ts";
import { blobs } from "../../db/blobs/mod.ts";
import type { FaultPlan, Faults } from "../support/faults.ts";
import { Faults as FaultCounter } from "../support/faults.ts";
import { assertNoLitter } from "./inspect.ts";
import { bytesOf, CHUNK, cut, streamOf } from "./subject.ts";

/** Opens an empty database whose calls fail as `faults` says. */
export type OpenFaulty = (faults: Faults) => Promise<Database>;

const OLD = bytesOf(5 * CHUNK, 1);
/** Two batches of chunks. */
const NEW = bytesOf(4_500_000, 2);
const CHUNK_BYTES = 1 << 20;

/** What is put, each of it in another way. */
const CONTENTS: readonly Uint8Array<ArrayBuffer>[] = [NEW, bytesOf(50, 3), OLD];

async function run(
  open: OpenFaulty,
  content: Uint8Array<ArrayBuffer>,
  plan: FaultPlan,
  bodies: string | undefined,
): Promise<boolean> {
  const faults = new FaultCounter();
  await using db = await open(faults);
  const files = blobs(db, "files", {
    chunkBytes: CHUNK_BYTES,
    ...(bodies !== undefined && { bodies }),
  });
  await files.put("a", OLD, { type: "old/type" });
  const about = `call ${plan.at} ${plan.when}, of ${content.length} bytes`;
  faults.begin(plan);
  let error: unknown;
  try {
    await files.put("a", streamOf(cut(content, 700_000)), { type: "new/type" });
  } catch (thrown) {
    error = thrown;
  }
  const reached = faults.calls >= plan.at;
  faults.end();
  const blob = await files.get("a");
  const isNew = blob?.type === "new/type";
  assertEquals(await blob?.bytes(), isNew ? content : OLD, about);
  if (error === undefined) assert(isNew, about);
  else {
    assert(error instanceof DataError, `${about}: ${error}`);
    if (error.committed === "no") assert(!isNew, `${about}: it is there`);
  }
  await files.gc();
  const { bytes } = await assertNoLitter(db);
  if (bodies === undefined) assertEquals(bytes, isNew ? content.length : OLD.length, about);
  // What failed works the next time.
  await files.put("a", content);
  assertEquals(await (await files.get("a"))?.bytes(), content, about);
  await files.gc();
  assertEquals(await files.verify(), []);
  await assertNoLitter(db);
  return reached;
}

/** Every call of the driver during a `put` fails, one after the other, before and after its effect. */
export function testBlobFaults(
  name: string,
  open: OpenFaulty,
  options: { readonly bodies?: () => string; readonly most?: number } = {},
): void {
  for (const when of ["before", "after"] as const) {
    for (const lasting of [false, true]) {
      const title = `${lasting ? "for good" : "once"} ${when} its effect`;
      Deno.test(`${name}: a call of put() fails ${title}, each in turn`, async () => {
        for (const content of CONTENTS) {
          if (content.length > (options.most ?? Infinity)) continue;
          let at = 1;
          const plan = () => ({ at, when, lasting, error: () => new Error("fault") });
          while (await run(open, content, plan(), options.bodies?.())) at++;
          assert(at > 3, `There were ${at} calls`);
        }
      });
    }
  }
}
