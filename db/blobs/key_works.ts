/**
 * What changes which content a key has, as work at one state: references and sums are counted in the same commit.
 *
 * @module
 */
import type { Work } from "../driver.ts";
import { rowAt, Writing } from "./asking.ts";
import { checkAllBytes, gone, type Limits } from "./rules.ts";
import { blobKeys, bodies, type BodyRow, type KeyRow, spaces } from "./tables.ts";

/** Which store of blobs. */
export interface Space extends Limits {
  /** A hash of its name. */
  readonly id: string;
  readonly name: string;
}

/** Bodies that one step writes, each as it is by then. */
export class Counts {
  readonly #writing: Writing;
  readonly #before = new Map<string, BodyRow>();
  readonly #refs = new Map<string, number>();

  constructor(writing: Writing) {
    this.#writing = writing;
  }
  *add(id: string, by: number): Work<void> {
    const before = this.#before.get(id) ?? (yield* rowAt(bodies, id));
    if (!before) return; // it was damaged: verify() tells
    this.#before.set(id, before);
    this.#refs.set(id, (this.#refs.get(id) ?? before.refs) + by);
  }
  end(): void {
    for (const [id, before] of this.#before) {
      const refs = this.#refs.get(id) ?? before.refs;
      if (refs !== before.refs) this.#writing.update(bodies, before, { refs });
    }
  }
}

/** Adds to the sums of a store. @throws {DataError} With code `"full"` when it grows past its limit. */
export function* addSums(
  writing: Writing,
  space: Space,
  bytes: number,
  blobs: number,
): Work<void> {
  const before = yield* rowAt(spaces, space.id);
  const sum = (before?.bytes ?? 0) + bytes;
  if (bytes > 0) checkAllBytes(space, sum);
  if (!before) writing.insert(spaces, { id: space.id, name: space.name, bytes: sum, blobs });
  else if (bytes !== 0 || blobs !== 0) {
    writing.update(spaces, before, { bytes: sum, blobs: before.blobs + blobs });
  }
}

/** Gives a key its content; what it had before has a reference less. */
export function* setKey(
  writing: Writing,
  space: Space,
  before: KeyRow | undefined,
  row: KeyRow,
  counts: Counts,
): Work<void> {
  if (before) {
    yield* counts.add(before.body, -1);
    const { space: _space, key: _key, ...patch } = row;
    writing.update(blobKeys, before, patch);
  } else writing.insert(blobKeys, row);
  yield* addSums(writing, space, row.size - (before?.size ?? 0), before ? 0 : 1);
}

/** Takes a key away; whether it was there. */
export function* deleteKeyWork(space: Space, key: string): Work<boolean> {
  const row = yield* rowAt(blobKeys, space.id, key);
  if (!row) return false;
  const writing = new Writing();
  const counts = new Counts(writing);
  writing.remove(blobKeys, row);
  yield* counts.add(row.body, -1);
  counts.end();
  yield* addSums(writing, space, -row.size, -1);
  yield* writing.end();
  return true;
}

/**
 * Gives a second key the content of a first one.
 *
 * @throws {DataError} With code `"conflict"` when that has none, `"full"` when a limit is passed.
 */
export function* copyKeyWork(
  space: Space,
  from: string,
  to: string,
  createdAt: number,
): Work<KeyRow> {
  const source = yield* rowAt(blobKeys, space.id, from);
  if (!source) throw gone("its key has none");
  const before = yield* rowAt(blobKeys, space.id, to);
  const row: KeyRow = { ...source, key: to, createdAt };
  const writing = new Writing();
  const counts = new Counts(writing);
  yield* counts.add(row.body, 1);
  yield* setKey(writing, space, before, row, counts);
  counts.end();
  yield* writing.end();
  return row;
}
