import { between, query } from "../../query/mod.ts";
import { commit, read, rowAt, rowsOf, Writing } from "./asking.ts";
import { LEASE_MS, ownerHere, RENEW_MS, start, stop } from "./leases.ts";
import { damaged, gone } from "./rules.ts";
import type { Store } from "./store.ts";
import { bodies, type BodyRow, chunks, parts, reads } from "./tables.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The names of so many chunks are asked for at a time; content that has more is leased while it is read. */
const PAGE = 16;
/** So many bytes are read of a file at a time. */
const PIECE_BYTES = 256 << 10;

/** The bytes of content from one place to another, in pieces that are nobody else's. */
export function piecesOf(
  store: Store,
  body: BodyRow,
  from: number,
  to: number,
): AsyncGenerator<Bytes> {
  store.tables.core.check();
  if (body.place === "inline") return inline(body, from, to);
  return body.place === "rows" ? ofRows(store, body, from, to) : ofFile(store, body, from, to);
}

async function* inline({ data }: BodyRow, from: number, to: number): AsyncGenerator<Bytes> {
  if (!data || data.length < to) throw damaged("it is shorter");
  if (from < to) yield data.slice(from, to);
}

async function* ofRows(
  store: Store,
  body: BodyRow,
  from: number,
  to: number,
): AsyncGenerator<Bytes> {
  const { chunkBytes } = body;
  // Chunks of resident drivers are what is stored itself.
  const isStored = store.tables.core.session.live() !== undefined;
  const last = Math.ceil(to / chunkBytes) - 1;
  const first = Math.floor(from / chunkBytes);
  const lease = last - first >= PAGE ? new ReadLease(store, body.id) : undefined;
  try {
    for (let n = first; n <= last; n += PAGE) {
      await lease?.renew();
      const end = Math.min(last, n + PAGE - 1);
      const names = await partsOf(store, body, n, end);
      for (const [i, hash] of names.entries()) {
        const start = (n + i) * chunkBytes;
        const data = await chunkOf(store, body, n + i, hash);
        const wanted = Math.min(chunkBytes, body.size - start);
        if (data.length !== wanted) throw damaged(`chunk ${n + i} has another length`);
        const [a, b] = [Math.max(0, from - start), Math.min(wanted, to - start)];
        if (isStored) yield data.slice(a, b);
        else yield a === 0 && b === wanted ? data : data.subarray(a, b);
      }
    }
  } finally {
    await lease?.end();
  }
}

/** The names of some chunks, in their order. */
async function partsOf(
  store: Store,
  body: BodyRow,
  from: number,
  to: number,
): Promise<readonly string[]> {
  const wanted = query(parts).where({ body: body.id, n: between(from, to) }).orderBy("n");
  const found = await read(store.tables, () => rowsOf(wanted));
  if (found.length === to - from + 1) return found.map(({ chunk }) => chunk);
  throw await lost(store, body, "a chunk has no part");
}

/** One at a time, which is what engines read fastest. */
async function chunkOf(
  store: Store,
  body: BodyRow,
  n: number,
  hash: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const row = await read(store.tables, () => rowAt(chunks, hash));
  if (row) return row.data;
  throw await lost(store, body, `chunk ${n} is not there`);
}

/** Why something of a body is missing. */
async function lost(store: Store, body: BodyRow, state: string): Promise<Error> {
  const row = await read(store.tables, () => rowAt(bodies, body.id));
  return row && row.hash !== null ? damaged(state) : gone("it was replaced, and collected");
}

async function* ofFile(
  { folder }: Store,
  { hash }: BodyRow,
  from: number,
  to: number,
): AsyncGenerator<Bytes> {
  if (!folder) throw damaged("it is in a folder, and the store was opened without");
  const file = await folder.open(hash ?? "");
  if (!file) throw damaged("its file is not there");
  try {
    for (let at = from; at < to;) {
      const bytes = await file.read(at, Math.min(PIECE_BYTES, to - at));
      if (bytes.length === 0) throw damaged("its file is shorter");
      at += bytes.length;
      yield bytes;
    }
  } finally {
    await file.close();
  }
}

/** Tells other processes that a body is being read; without it a stream goes on, as long as nobody collects. */
class ReadLease {
  readonly #store: Store;
  readonly #body: string;
  readonly #id: string;
  #until = -Infinity;
  #made = false;

  constructor(store: Store, body: string) {
    this.#store = store;
    this.#body = body;
    this.#id = store.tables.core.fresh();
    start(this.#id, this);
  }
  async renew(): Promise<void> {
    const now = this.#store.now();
    if (this.#until - now > LEASE_MS - RENEW_MS) return;
    const [id, until] = [this.#id, now + LEASE_MS];
    const body = this.#body;
    await this.#try(function* () {
      const writing = new Writing();
      const before = yield* rowAt(reads, id);
      if (before) writing.update(reads, before, { until });
      else writing.insert(reads, { id, body, owner: ownerHere(), until });
      yield* writing.end();
    });
    this.#until = until;
    this.#made = true;
  }
  async end(): Promise<void> {
    stop(this.#id);
    const id = this.#id;
    if (!this.#made) return;
    await this.#try(function* () {
      const writing = new Writing();
      const before = yield* rowAt(reads, id);
      if (before) writing.remove(reads, before);
      yield* writing.end();
    });
  }
  async #try(work: Parameters<typeof commit<void>>[1]): Promise<void> {
    try {
      await commit(this.#store.tables, work);
    } catch {
      // A database that can't be written to can be read all the same.
    }
  }
}
