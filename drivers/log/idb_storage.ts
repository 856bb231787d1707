import type { Maybe } from "../../db/driver.ts";
import type { Frame } from "./frame.ts";
import { placeSnapshot } from "./idb_snapshot.ts";
import {
  IdbConnection,
  type IdbOptions,
  result,
  type Stores,
  type TransactionBody,
  type TransactionMode,
} from "./idb_connection.ts";
import {
  bytesIn,
  framesIn,
  isCommitted,
  isStep,
  look,
  type Looked,
  readChunks,
  recordOf,
  sizeOf,
  sizeOfFrames,
  type Step,
} from "./idb_records.ts";
import { corrupt } from "./record.ts";
import type { Bytes, LogStorage, News } from "./storage.ts";
import { TabChannel } from "./tab_channel.ts";
import { isOthers, pause, turnName, turnOf } from "./turn.ts";

/** What there is where nobody has written. */
const NOTHING: News = { whole: false, frames: [] };
/** A step of more bytes is not sent to other tabs, which read it. */
const MESSAGE_BYTES = 1 << 16;
/** So long after others were found to have written, steps look first. */
const CONTENDED_MS = 200;

/** That a step was made on a state that is past. */
class Behind extends Error {}

/** What happens in a transaction with what came after the commit that was seen last. */
export type Seeing<T> = (news: News, stores: Stores, again: boolean) => Maybe<T>;

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
  #sent: Step | undefined;
  #reserved = false;
  /** Until when steps look first whether others have written. */
  #contended = 0;
  #ending: Promise<unknown> | undefined;
  /** What is kept beside the log under `"rows"`, when all was read. */
  catalog: unknown;

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

  /** Runs a transaction over whatever is stored. */
  transact<T>(mode: "readonly" | "readwrite", body: (stores: Stores) => Promise<T>): Promise<T> {
    return this.#connection.run(mode === "readonly" ? this.#read : this.#write, body);
  }

  load(): Promise<readonly Frame[]> {
    return this.#seeing(
      this.#read,
      async (stores) => this.#whole(stores, await look(stores, -Infinity)),
    );
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
  async #whole(stores: Stores, { head, records }: Looked): Promise<readonly Frame[]> {
    const catalog: unknown = await result(stores.state.get("rows"));
    const log = framesIn(records);
    const snapshot = framesIn(head ? await readChunks(stores, head) : []);
    this.catalog = catalog;
    this.#snapshot = head?.snapshot;
    this.#logBytes = sizeOfFrames(log);
    this.#snapshotBytes = sizeOfFrames(snapshot);
    if (head && snapshot.length === 0) throw corrupt("its snapshot is missing");
    return [...snapshot, ...log];
  }

  /** All that can be read of the snapshots and the log, whatever it is. */
  bytes(): Promise<Bytes> {
    return this.#connection.run(this.#read, async ({ chunks, log }) => {
      const all = await Promise.all([result(chunks.getAll()), result(log.getAll())]);
      return bytesIn(all.flat());
    });
  }

  async catchUp(seq: () => number, take: (news: News) => void): Promise<void> {
    await this.read(seq, take);
  }
  /** Runs `fn` at one state, with what came after `seq`; it may be run again from the start. */
  read<T>(seq: () => number, fn: Seeing<T>): Promise<T> {
    const ahead = this.#isAhead();
    return this.#seeing(this.#read, async (stores, again) => {
      if (!ahead || again) {
        return await fn(await this.#news(stores, await look(stores, seq()), seq), stores, again);
      }
      // What is read on the state that is known goes out at once, and counts if nothing else is there.
      const [looked, given] = await Promise.allSettled([
        look(stores, seq()),
        fn(NOTHING, stores, false),
      ]);
      if (looked.status === "rejected") throw looked.reason;
      if (!this.#isOld(looked.value)) {
        if (given.status === "rejected") throw given.reason;
        return given.value;
      }
      return await fn(await this.#news(stores, looked.value, seq), stores, true);
    });
  }
  /** Whether it is likely that nobody else has written. */
  #isAhead(): boolean {
    return !this.#channel.moved && performance.now() >= this.#contended;
  }
  /** Whether others have written since. */
  #isOld({ head, records }: Looked): boolean {
    return records.length > 0 || head?.snapshot !== this.#snapshot;
  }
  async #news(stores: Stores, looked: Looked, seq: () => number): Promise<News> {
    const { head, records } = looked;
    if (!head) throw corrupt("its snapshot is missing");
    if (head.snapshot !== this.#snapshot && head.seq > seq()) {
      const frames = await this.#whole(stores, await look(stores, -Infinity));
      return { whole: true, frames };
    }
    if (head.snapshot !== this.#snapshot) {
      this.#snapshot = head.snapshot;
      this.#snapshotBytes = head.sizeBytes;
      this.#logBytes = 0;
    }
    const frames = framesIn(records);
    this.#logBytes += sizeOfFrames(frames);
    return { whole: false, frames };
  }

  async step(seq: () => number, fn: Seeing<readonly Bytes[]>): Promise<void> {
    this.#sent = undefined;
    for (let looks = 0;; looks++) {
      const ahead = looks === 0 && this.#isAhead();
      try {
        const done = await this.#seeing(this.#write, async (stores, again) => {
          const sent = again ? this.#sent : undefined;
          if (sent && await isCommitted(stores, sent)) return true;
          if (ahead && !again) return await this.#ahead(stores, seq, fn);
          return await this.#step(stores, seq, fn, again);
        });
        if (done) break;
        await pause(looks);
      } catch (error) {
        if (!(error instanceof Behind)) throw error;
        this.#sent = undefined;
        this.#contended = performance.now() + CONTENDED_MS;
      }
    }
    this.#stepped();
  }
  /**
   * Writes on the state that is known while it asks whether that is what is there, which saves one way to the
   * browser and back.
   *
   * @throws {Behind} When it is not, so that nothing of it is kept.
   */
  async #ahead(
    stores: Stores,
    seq: () => number,
    fn: Seeing<readonly Bytes[]>,
  ): Promise<true> {
    const [looked, sending] = await Promise.allSettled([
      look(stores, seq()),
      this.#send(stores, seq, fn(NOTHING, stores, false)),
    ]);
    if (looked.status === "rejected") throw looked.reason;
    const { value } = looked;
    if (this.#isOld(value) || isOthers(value.turn, this.#name)) throw new Behind();
    if (sending.status === "rejected") throw sending.reason;
    return true;
  }
  #stepped(): void {
    const sent = this.#sent;
    if (!sent) return;
    this.#reserved = false; // that went with it
    this.#logBytes += sent.record.byteLength;
    this.#sent = undefined;
    this.#channel.tell(sent.record.byteLength > MESSAGE_BYTES ? undefined : sent);
  }
  async #step(
    stores: Stores,
    seq: () => number,
    fn: Seeing<readonly Bytes[]>,
    again: boolean,
  ): Promise<boolean> {
    const looked = await look(stores, seq());
    if (isOthers(looked.turn, this.#name)) return false;
    const news = await this.#news(stores, looked, seq);
    await this.#send(stores, seq, fn(news, stores, again));
    return true;
  }
  async #send(
    { log, state }: Stores,
    seq: () => number,
    making: Maybe<readonly Bytes[]>,
  ): Promise<void> {
    const frames = await making;
    if (frames.length === 0) return;
    const sent = { seq: seq() + frames.length, record: recordOf(frames) };
    this.#sent = sent;
    log.add(sent.record, sent.seq);
    if (this.#reserved) state.delete("turn");
  }

  async reserve(ms: number): Promise<() => void> {
    for (let looks = 0;; looks++) {
      const done = await this.#connection.run(this.#write, async ({ state }) => {
        const free = !isOthers(await result(state.get("turn")), this.#name);
        if (free) state.put(turnOf(this.#name, ms), "turn");
        return free;
      });
      if (done) break;
      await pause(looks);
    }
    this.#reserved = true;
    return () => {
      if (!this.#reserved) return;
      this.#reserved = false;
      this.#ending = this.#connection.run(this.#write, async ({ state }) => {
        const turn = await result(state.get("turn"));
        if (turn?.owner === this.#name) state.delete("turn");
      }).catch(() => {}); // it ends by itself
    };
  }

  /** `also` takes part in the step that puts the snapshot in place. */
  async fold(
    seq: number,
    frames: readonly Bytes[],
    alone: boolean,
    also?: (stores: Stores) => Promise<void>,
  ): Promise<boolean> {
    const before = this.#snapshot;
    const logBytes = this.#logBytes;
    const transact = (body: (stores: Stores) => Promise<number | undefined>) =>
      this.transact("readwrite", body);
    const placed = await placeSnapshot(transact, { seq, frames, alone, before, also });
    if (placed === undefined) return false;
    this.#snapshot = placed;
    this.#snapshotBytes = sizeOf(frames);
    this.#logBytes = Math.max(0, this.#logBytes - logBytes);
    this.#channel.tell();
    return true;
  }

  moved(): boolean {
    return this.#channel.moved;
  }
  /** `take` gets steps that others have told of, and says whether it could take one in. */
  listen(told: () => void, take?: (step: Step) => boolean): () => void {
    return this.#channel.listen(told, (news) => {
      if (!isStep(news) || !take?.(news)) return false;
      this.#logBytes += news.record.byteLength;
      return true;
    });
  }
  async close(): Promise<void> {
    await this.#ending;
    this.#channel.close();
    this.#connection.close();
  }
}
