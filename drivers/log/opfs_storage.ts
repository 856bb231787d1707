import { DataError } from "../../schema/errors.ts";
import { isSince, snapshotEnd } from "./file_storage.ts";
import { type Frame, isUnknown, KIND } from "./frame.ts";
import type { OpfsFiles, OpfsRead } from "./opfs_files.ts";
import { corrupt, headSeq } from "./record.ts";
import { scan } from "./scan.ts";
import type { Bytes, LogStorage, News } from "./storage.ts";
import { TabChannel } from "./tab_channel.ts";
import { WebLock } from "./web_lock.ts";

/** What a storage in OPFS is made of. */
export interface OpfsOptions {
  readonly files: OpfsFiles;
  readonly locks: LockManager;
  readonly durability: "relaxed" | "strict";
  /** The database is of no more use. */
  lost(): void;
}

/**
 * A log in a file of the origin's private file system. Who has the Web Lock of the database has the file
 * open, and nobody else can; a tab that ends lets both go.
 */
export class OpfsStorage implements LogStorage {
  readonly #files: OpfsFiles;
  readonly #lock: WebLock;
  readonly #flush: boolean;
  readonly #lost: () => void;
  readonly #channel: TabChannel;
  /** The file that the state rests on, where its next commit goes, and where its snapshot ends. */
  #file = -1;
  #end = 0;
  #log = 0;

  constructor(name: string, { files, locks, durability, lost }: OpfsOptions) {
    this.#files = files;
    this.#lock = new WebLock(locks, `strata-opfs ${name}`);
    this.#channel = new TabChannel(`strata-opfs ${name}`, () => {});
    this.#flush = durability === "strict";
    this.#lost = lost;
  }

  get sizes(): { readonly log: number; readonly all: number } {
    return { log: this.#end - this.#log, all: this.#end };
  }

  /** Runs `fn` with the lock, at what is written until now; what fails is a `DataError`. */
  #locked<T>(fn: () => Promise<T>): Promise<T> {
    return this.#lock.run(async () => {
      this.#channel.seen();
      try {
        return await fn();
      } catch (error) {
        this.#channel.unseen();
        throw typed(error);
      } finally {
        await this.#files.release().catch(() => {}); // it ended, and nothing is open
      }
    });
  }

  load(): Promise<readonly Frame[]> {
    return this.#locked(async () => this.#whole(await this.#files.read(-1, 0)));
  }
  #whole({ file, bytes }: OpfsRead): readonly Frame[] {
    const { frames, end } = scan(bytes);
    if (file > 0 && !frames.some(({ kind }) => kind === KIND.end)) {
      throw corrupt("its snapshot is missing");
    }
    this.#file = Math.max(file, 0);
    this.#end = end;
    this.#log = snapshotEnd(frames);
    return frames;
  }

  catchUp(seq: () => number, take: (news: News) => void): Promise<void> {
    return this.#locked(async () => this.#take(await this.#read(), seq, take));
  }
  step(seq: () => number, fn: (news: News) => readonly Bytes[]): Promise<void> {
    return this.#locked(async () => {
      let frames: readonly Bytes[] = [];
      this.#take(await this.#read(), seq, (news) => frames = fn(news));
      if (frames.length === 0) return;
      const bytes = joined(frames);
      await this.#files.append(this.#end, bytes, this.#flush);
      this.#end += bytes.length;
      this.#lock.release();
      this.#channel.tell();
    });
  }
  #read(): Promise<OpfsRead> {
    return this.#files.read(this.#file, this.#end);
  }
  #take(read: OpfsRead, seq: () => number, take: (news: News) => void): void {
    if (read.file <= 0) {
      this.#lost();
      throw new DataError("closed", "Cannot use the database as it is there: it was deleted");
    }
    if (read.file === this.#file) {
      if (read.from < this.#end) throw corrupt("its file has become shorter");
      const { frames, end } = scan(read.bytes);
      take({ whole: false, frames });
      this.#end += end;
      return;
    }
    const frames = this.#whole(read);
    if (headSeq(frames[0]) > seq()) return take({ whole: true, frames });
    const news = frames.filter((frame) => frame.kind === KIND.commit || isUnknown(frame));
    take({ whole: false, frames: news });
  }

  reserve(ms: number): Promise<() => void> {
    // What others wrote just now may not be told yet, and what is read now is to be what it writes on.
    return this.#lock.reserve(ms, () => Promise.resolve(this.#channel.unseen()));
  }

  fold(seq: number, snapshot: readonly Bytes[], alone: boolean): Promise<boolean> {
    return this.#locked(async () => {
      const read = await this.#files.read(this.#file, 0);
      if (Math.max(read.file, 0) !== this.#file) {
        this.#channel.unseen();
        return false; // somebody else has folded it
      }
      const since: Bytes[] = [];
      const log = sizeOf(snapshot);
      // What was not seen yet is still news.
      let [at, seen, news] = [0, log, false];
      for (const frame of scan(read.bytes).frames) {
        at += frame.bytes.length;
        news ||= at > this.#end;
        if (!isSince(frame, seq, snapshot)) continue;
        if (alone && frame.kind === KIND.commit) {
          this.#channel.unseen();
          return false;
        }
        since.push(frame.bytes);
        if (at <= this.#end) seen += frame.bytes.length;
      }
      this.#file = await this.#files.replace(joined([...snapshot, ...since]));
      this.#log = log;
      this.#end = seen;
      if (news) this.#channel.unseen();
      this.#channel.tell();
      return true;
    });
  }

  moved(): boolean {
    return this.#channel.moved;
  }
  listen(told: () => void): () => void {
    return this.#channel.listen(told);
  }
  async close(): Promise<void> {
    this.#lock.release();
    this.#channel.close();
    this.#files.close();
    await Promise.resolve();
  }
}

/** What a file failed with, as users get it. */
export function typed(error: unknown): unknown {
  if (error instanceof DataError) return error;
  const name: unknown = error instanceof Error ? error.name : undefined;
  if (name === "QuotaExceededError") {
    return new DataError(
      "full",
      "Cannot write to the database as there is space: its quota is used up",
      { cause: error, committed: "no" },
    );
  }
  return new DataError(
    "unavailable",
    "Cannot use the database as its file can be read and written: it can not",
    { cause: error },
  );
}

function sizeOf(parts: readonly Bytes[]): number {
  return parts.reduce((size, { length }) => size + length, 0);
}

function joined(parts: readonly Bytes[]): Bytes {
  const bytes = new Uint8Array(sizeOf(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
