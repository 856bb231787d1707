/**
 * What gives back space, in steps that keep others waiting for moments only.
 *
 * @module
 */
import { gt, lte, query } from "../../query/mod.ts";
import type { Work } from "../driver.ts";
import { rowAt, rowsAt, rowsOf, Writing } from "./asking.ts";
import { isAlive, isUploading, isUsed } from "./leases.ts";
import { bodies, type BodyRow, chunks, type PartRow, parts, reads } from "./tables.ts";

/** Parts of one step: their chunks are read before they go. */
const STEP = 16;

/** What a step gave back. */
export interface Collected {
  readonly bytes: number;
  /** Whether there is more to do for this body. */
  readonly more: boolean;
}
const NOTHING: Collected = { bytes: 0, more: false };

/** Whether anybody needs a body that no key has. */
function* isNeeded(body: BodyRow, now: number): Work<boolean> {
  if (body.refs > 0 || isUploading(body, now) || isUsed(body.id)) return true;
  const reading = yield* rowsOf(query(reads).where({ body: body.id }));
  if (reading.some(({ id, owner, until }) => isAlive(id, owner, until, now))) return true;
  const uploads = yield* rowsOf(query(bodies).where({ lease: gt(0) }));
  return uploads.some((other) => other.pins?.includes(body.id) && isUploading(other, now));
}

/**
 * Takes away a part of a body that nobody needs. `remove` takes a file away where its content is in one, at once,
 * while nobody else can commit: whoever uploads the same content has said so before or begins anew.
 */
export function* collectWork(
  id: string,
  now: number,
  remove: (body: BodyRow) => number,
): Work<Collected> {
  const body = yield* rowAt(bodies, id);
  if (!body || (yield* isNeeded(body, now))) return NOTHING;
  const writing = new Writing();
  let bytes = body.data?.length ?? 0;
  if (body.place === "outside" && !(yield* isWanted(body, now))) bytes += remove(body);
  const page = yield* rowsOf(query(parts).where({ body: id }).orderBy("n").limit(STEP));
  const free = yield* unused(page);
  bytes += free.reduce((sum, { data }) => sum + data.length, 0);
  writing.remove(parts, ...page);
  writing.remove(chunks, ...free);
  const more = page.length === STEP;
  if (!more) {
    writing.remove(bodies, body);
    writing.remove(reads, ...yield* rowsOf(query(reads).where({ body: id })));
  } else if (body.hash !== null || body.lease !== 0) {
    // Nobody finds it any more while it goes.
    writing.update(bodies, body, { hash: null, lease: 0, pins: null, wanted: null });
  }
  yield* writing.end();
  return { bytes, more };
}

/** Whether the file of a body is to be that of an upload or of another body. */
function* isWanted({ id, space, hash, wanted }: BodyRow, now: number): Work<boolean> {
  const name = hash ?? wanted;
  return name !== null && (yield* isNamed(space, name, now, id));
}

/** Whether a body, or an upload that is going on, has a file of this name. */
export function* isNamed(space: string, name: string, now: number, but = ""): Work<boolean> {
  const found = yield* rowsOf(query(bodies).where({ space, hash: name }));
  if (found.some(({ id, place }) => place === "outside" && id !== but)) return true;
  const uploads = yield* rowsOf(query(bodies).where({ space, lease: gt(0) }));
  return uploads.some((row) => row.wanted === name && row.id !== but && isUploading(row, now));
}

/** The chunks that no other part has. */
function* unused(page: readonly PartRow[]): Work<readonly { hash: string; data: Uint8Array }[]> {
  const counts = new Map<string, number>();
  for (const { chunk } of page) counts.set(chunk, (counts.get(chunk) ?? 0) + 1);
  const free: string[] = [];
  for (const [chunk, count] of counts) {
    const found = yield* rowsOf(query(parts).where({ chunk }).limit(count + 1));
    if (found.length === count) free.push(chunk);
  }
  return yield* rowsAt(chunks, free);
}

/** Bodies that nobody may need, after one of them. */
export function* candidatesWork(space: string, after: string): Work<readonly string[]> {
  const found = yield* rowsOf(
    query(bodies).where({ space, refs: 0, id: gt(after) }).orderBy("id").limit(64),
  );
  return found.map(({ id }) => id);
}

/** Takes away what streams left that ended without saying so. */
export function* staleReadsWork(now: number): Work<void> {
  const found = yield* rowsOf(query(reads).where({ until: lte(now) }).limit(256));
  const writing = new Writing();
  const stale = found.filter(({ id, owner, until }) => !isAlive(id, owner, until, now));
  writing.remove(reads, ...stale);
  yield* writing.end();
}
