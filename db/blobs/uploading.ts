import { commit } from "./asking.ts";
import type { FileWriter, Folder } from "./folder.ts";
import { collect } from "./gc.ts";
import { hashOf } from "./hash.ts";
import { RENEW_MS, start, stop } from "./leases.ts";
import type { Store } from "./store.ts";
import { unref } from "../unref.ts";
import { addWork, type Chunk, renewWork, type UploadState } from "./upload_works.ts";

type Bytes = Uint8Array<ArrayBuffer>;
type Progress = (bytes: number) => void;

/** So many bytes are one commit. */
const BATCH_BYTES = 2 << 20;

/** What an upload has stored: its chunks, and the numbers of those that have a part. */
export interface Stored {
  readonly list: readonly string[];
  readonly stored: ReadonlySet<number>;
}

/** Where the chunks of an upload go. */
export interface Uploading {
  readonly state: UploadState;
  /** Takes the next chunk, which is the upload's from then on. */
  add(chunk: Bytes): Promise<void>;
  /** Resolves when all of it is stored, as content with this hash. */
  finish(hash: string): Promise<Stored>;
  /** Ends it. What it has stored that is nobody's content goes; what stays after a failure is for `gc`. */
  end(): Promise<void>;
}

/** An upload that is about to begin, in the tables or as a file; `progress` hears of what is stored. */
export function startUpload(store: Store, key: string, progress: Progress): Uploading {
  const { folder, chunkBytes, now } = store;
  const state: UploadState = {
    ...{ id: store.tables.core.fresh(), space: store, key, chunkBytes, now, started: false },
    place: folder ? "outside" : "rows",
  };
  return folder
    ? new FileUpload(store, state, folder, progress)
    : new RowsUpload(store, state, progress);
}

/** Keeps others from taking an upload for dead. */
class Lease {
  size = 0;
  readonly #store: Store;
  readonly #state: UploadState;
  readonly #timer: unknown;

  constructor(store: Store, state: UploadState) {
    this.#store = store;
    this.#state = state;
    start(state.id, this);
    const timer: unknown = setInterval(() => {
      // One that fails is made up for by the next; the upload itself meets what is wrong.
      if (state.started) this.renew().catch(() => {});
    }, RENEW_MS);
    unref(timer);
    this.#timer = timer;
  }
  renew(wanted?: string): Promise<void> {
    return commit(this.#store.tables, () => renewWork(this.#state, this.size, wanted));
  }
  async end(): Promise<void> {
    clearInterval(this.#timer as number); // as it came
    stop(this.#state.id);
    try {
      await collect(this.#store, this.#state.id);
    } catch {
      // gc() does it.
    }
  }
}

class RowsUpload implements Uploading {
  readonly state: UploadState;
  readonly #store: Store;
  readonly #progress: Progress;
  readonly #lease: Lease;
  readonly #list: Promise<string>[] = [];
  readonly #stored = new Set<number>();
  #pins: readonly string[] = [];
  #batch: Bytes[] = [];
  #held = 0;
  /** The batch before, which is stored while the next one is read. */
  #sending: Promise<void> | undefined;

  constructor(store: Store, state: UploadState, progress: Progress) {
    this.state = state;
    this.#store = store;
    this.#progress = progress;
    this.#lease = new Lease(store, state);
  }
  async add(chunk: Bytes): Promise<void> {
    const hash = hashOf(chunk);
    hash.catch(() => {}); // who sends it meets it
    this.#list.push(hash);
    this.#batch.push(chunk);
    this.#held += chunk.length;
    if (this.#held >= BATCH_BYTES) await this.#flush();
  }
  async #flush(): Promise<void> {
    await this.#sending;
    const batch = this.#batch;
    this.#batch = [];
    this.#held = 0;
    this.#sending = this.#send(this.#list.length - batch.length, batch);
    this.#sending.catch(() => {}); // as above
  }
  async #send(from: number, batch: readonly Bytes[]): Promise<void> {
    const hashes = await Promise.all(this.#list.slice(from, from + batch.length));
    const chunks = batch.map((data, i): Chunk => ({ n: from + i, hash: hashes[i] ?? "", data }));
    const size = batch.reduce((sum, { length }) => sum + length, this.#lease.size);
    const { stored, pins } = await commit(
      this.#store.tables,
      () => addWork(this.state, chunks, this.#pins, size),
    );
    this.state.started = true;
    for (const n of stored) this.#stored.add(n);
    this.#pins = pins;
    this.#lease.size = size;
    this.#progress(size);
  }
  async finish(): Promise<Stored> {
    if (this.#batch.length > 0) await this.#flush();
    await this.#sending;
    return { list: await Promise.all(this.#list), stored: this.#stored };
  }
  async end(): Promise<void> {
    await Promise.allSettled([...this.#list, this.#sending]); // nothing of it goes on afterwards
    await this.#lease.end();
  }
}

class FileUpload implements Uploading {
  readonly state: UploadState;
  readonly #folder: Folder;
  readonly #progress: Progress;
  readonly #lease: Lease;
  #writer: FileWriter | undefined;

  constructor(store: Store, state: UploadState, folder: Folder, progress: Progress) {
    this.state = state;
    this.#folder = folder;
    this.#progress = progress;
    this.#lease = new Lease(store, state);
  }
  async add(chunk: Bytes): Promise<void> {
    if (!this.#writer) {
      // A file that no row names would be litter.
      await this.#lease.renew();
      this.state.started = true;
      this.#writer = await this.#folder.create(this.state.id);
    }
    await this.#writer.write(chunk);
    this.#lease.size += chunk.length;
    this.#progress(this.#lease.size);
  }
  async finish(hash: string): Promise<Stored> {
    await this.#writer?.close();
    await this.#lease.renew(hash);
    await this.#folder.place(this.state.id, hash);
    return { list: [], stored: new Set() };
  }
  async end(): Promise<void> {
    try {
      await this.#writer?.drop();
    } catch {
      // As above.
    }
    await this.#lease.end();
  }
}
