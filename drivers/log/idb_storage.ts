import { DataError } from "../../schema/errors.ts";
import type { Frame } from "./frame.ts";
import {
  IdbConnection,
  type Stores,
  type TransactionBody,
  type TransactionMode,
} from "./idb_connection.ts";
import {
  bytesIn,
  framesIn,
  type Head,
  headOf,
  isSame,
  keysOf,
  look,
  type Looked,
  packed,
  readChunks,
  recordOf,
  sizeOf,
  sizeOfFrames,
  withNumber,
} from "./idb_records.ts";
import { corrupt, headSeq } from "./record.ts";
import type { Bytes, LogStorage, News } from "./storage.ts";
import { TabChannel } from "./tab_channel.ts";
import { isOthers, pause, turnName, turnOf } from "./turn.ts";

/** A piece of a snapshot, about; those of a larger one are written before it is put in place. */
const PIECE_BYTES = 1 << 20;

/** What a storage is made of. */
export interface IdbOptions {
  readonly durability: "relaxed" | "strict";
  /** Whether a database that is not there is made. */
  readonly create: boolean;
  /** The database is of no more use. */
  lost(reason: "version" | "lost"): void;
}

/**
 * A log in IndexedDB that several tabs share: a record a step, by the number of its last commit. One
 * transaction over all that is read and written lets nobody else in.
 */
export class IdbStorage implements LogStorage {
  readonly #connection: IdbConnection;
  readonly #channel: TabChannel;
  readonly #write: TransactionMode;
  readonly #read: TransactionMode;
  readonly #name = turnName();
  /** The snapshot that the state rests on. */
  #snapshot: number | undefined;
  #logBytes = 0;
  #snapshotBytes = 0;
  /** What the step under way has tried to write, and under which key. */
  #sent: { readonly seq: number; readonly record: ArrayBuffer } | undefined;
  #reserved = false;
  #ending: Promise<unknown> | undefined;

  constructor(factory: IDBFactory, name: string, { durability, create, lost }: IdbOptions) {
    this.#write = { mode: "readwrite", durability };
    this.#read = { mode: "readonly", durability };
    this.#channel = new TabChannel(`strata ${name}`, () => this.#connection.suspend());
    this.#connection = new IdbConnection(factory, name, create, {
      lost,
      dropped: () => this.#channel.missed(),
    });
  }

  get sizes(): { readonly log: number; readonly all: number } {
    return { log: this.#logBytes, all: this.#logBytes + this.#snapshotBytes };
  }

  load(): Promise<readonly Frame[]> {
    return this.#seeing<readonly Frame[]>(this.#read, (stores, give) => {
      look(stores, -Infinity, (looked) => this.#whole(stores, looked, give));
    });
  }
  /** A transaction that sees all that was written until now. */
  async #seeing<T>(mode: TransactionMode, body: TransactionBody<T>): Promise<T> {
    this.#channel.seen();
    try {
      return await this.#connection.run(mode, body);
    } catch (error) {
      this.#channel.unseen();
      throw error;
    }
  }
  #whole(
    stores: Stores,
    { head, records }: Looked,
    give: (frames: readonly Frame[]) => void,
  ): void {
    const log = framesIn(records);
    const take = (pieces: readonly unknown[]) => {
      const snapshot = framesIn(pieces);
      this.#snapshot = head?.snapshot;
      this.#logBytes = sizeOfFrames(log);
      this.#snapshotBytes = sizeOfFrames(snapshot);
      if (head && snapshot.length === 0) throw corrupt("its snapshot is missing");
      give([...snapshot, ...log]);
    };
    if (head) readChunks(stores, head, take);
    else take([]);
  }

  /** All that can be read, whatever it is. */
  bytes(): Promise<Bytes> {
    return this.#connection.run<Bytes>(this.#read, ({ chunks, log, on }, give) => {
      const snapshots = chunks.getAll();
      on(log.getAll(), (commits) => give(bytesIn([...snapshots.result, ...commits])));
    });
  }

  catchUp(seq: () => number, take: (news: News) => void): Promise<void> {
    return this.#seeing<void>(this.#read, (stores) => {
      look(stores, seq(), (looked) => this.#news(stores, looked, seq(), take));
    });
  }
  #news(stores: Stores, looked: Looked, seq: number, take: (news: News) => void): void {
    const { head, records } = looked;
    if (!head) throw corrupt("its snapshot is missing");
    if (head.snapshot !== this.#snapshot && head.seq > seq) {
      look(stores, -Infinity, (all) => {
        this.#whole(stores, all, (frames) => take({ whole: true, frames }));
      });
      return;
    }
    if (head.snapshot !== this.#snapshot) {
      this.#snapshot = head.snapshot;
      this.#snapshotBytes = head.sizeBytes;
      this.#logBytes = 0;
    }
    const frames = framesIn(records);
    this.#logBytes += sizeOfFrames(frames);
    take({ whole: false, frames });
  }

  async step(seq: () => number, fn: (news: News) => readonly Bytes[]): Promise<void> {
    this.#sent = undefined;
    for (let looks = 0;; looks++) {
      const done = await this.#seeing<boolean>(this.#write, (stores, give, again) => {
        const sent = again ? this.#sent : undefined;
        const go = () => this.#step(stores, seq, fn, give);
        if (!sent) return go();
        stores.on(stores.log.get(sent.seq), (found) => {
          if (isSame(found, sent.record)) return give(true); // it was committed
          stores.on(stores.state.get("head"), (head) => {
            if ((headOf(head)?.seq ?? 0) >= sent.seq) throw cutOff(); // whoever wrote it
            go();
          });
        });
      });
      if (done) break;
      await pause(looks);
    }
    this.#stepped();
  }
  #stepped(): void {
    if (!this.#sent) return;
    this.#logBytes += this.#sent.record.byteLength;
    this.#sent = undefined;
    this.#channel.tell();
  }
  #step(
    stores: Stores,
    seq: () => number,
    fn: (news: News) => readonly Bytes[],
    give: (done: boolean) => void,
  ): void {
    look(stores, seq(), (looked) => {
      if (isOthers(looked.turn, this.#name)) return give(false);
      this.#news(stores, looked, seq(), (news) => {
        const frames = fn(news);
        give(true);
        if (frames.length === 0) return;
        const sent = { seq: seq() + frames.length, record: recordOf(frames) };
        this.#sent = sent;
        stores.log.add(sent.record, sent.seq);
        if (this.#reserved) stores.state.delete("turn");
        this.#reserved = false;
      });
    });
  }

  async reserve(ms: number): Promise<() => void> {
    for (let looks = 0;; looks++) {
      const done = await this.#connection.run<boolean>(this.#write, ({ state, on }, give) => {
        on(state.get("turn"), (turn) => {
          const free = !isOthers(turn, this.#name);
          if (free) state.put(turnOf(this.#name, ms), "turn");
          give(free);
        });
      });
      if (done) break;
      await pause(looks);
    }
    this.#reserved = true;
    return () => {
      if (!this.#reserved) return;
      this.#reserved = false;
      this.#ending = this.#connection.run<void>(this.#write, ({ state, on }) => {
        on(state.get("turn"), (turn) => {
          if (turn?.owner === this.#name) state.delete("turn");
        });
      }).catch(() => {}); // it ends by itself
    };
  }

  async fold(seq: number, frames: readonly Bytes[], alone: boolean): Promise<boolean> {
    const before = this.#snapshot;
    const logBytes = this.#logBytes;
    const pieces = packed(frames, PIECE_BYTES);
    const rest = pieces.pop() ?? [];
    let snapshot: number | undefined;
    for (const [i, piece] of pieces.entries()) {
      snapshot = await this.#connection.run<number>(this.#write, (stores, give) => {
        withNumber(stores, snapshot, (number) => {
          stores.chunks.put(recordOf(piece), [number, i]);
          give(number);
        });
      });
    }
    const sizeBytes = sizeOf(frames);
    const last = headSeq(framesIn(frames.slice(0, 1).map((frame) => frame.buffer))[0]);
    const placed = await this.#connection.run<number | undefined>(this.#write, (stores, give) => {
      const { state, chunks, log, on } = stores;
      withNumber(stores, snapshot, (number) => {
        const head = state.get("head");
        on(log.getAllKeys(IDBKeyRange.lowerBound(seq, true), 1), ({ length }) => {
          const found = headOf(head.result)?.snapshot;
          if (found === number) return give(number); // it was, and then the connection was cut
          if (found !== before || alone && length > 0) {
            chunks.delete(keysOf(number));
            return give(undefined);
          }
          chunks.put(recordOf(rest), [number, pieces.length]);
          // Those before it, and what an unfinished fold of others has left.
          chunks.delete(IDBKeyRange.upperBound([number], true));
          chunks.delete(IDBKeyRange.lowerBound([number, Infinity], true));
          log.delete(IDBKeyRange.upperBound(seq));
          const placed: Head = { format: 1, snapshot: number, seq: last, sizeBytes };
          state.put(placed, "head");
          give(number);
        });
      });
    });
    if (placed === undefined) return false;
    this.#snapshot = placed;
    this.#snapshotBytes = sizeBytes;
    this.#logBytes = Math.max(0, this.#logBytes - logBytes);
    this.#channel.tell();
    return true;
  }

  moved(): boolean {
    return this.#channel.moved;
  }
  listen(told: () => void): () => void {
    return this.#channel.listen(told);
  }
  async close(): Promise<void> {
    await this.#ending;
    this.#channel.close();
    this.#connection.close();
  }
}

function cutOff(): DataError {
  return new DataError(
    "unavailable",
    "Cannot commit to the database as its connection lasts: it was cut off",
    { committed: "unknown" },
  );
}
