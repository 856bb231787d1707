import { DataError } from "../../schema/errors.ts";
import { type AreaCells, OWNER, REVISION, ROOM, SNAPSHOT } from "./area_cells.ts";
import { isFull, keepRoom, noStorage, placeSnapshot, setIfFits } from "./area_full.ts";
import type { AreaGuard } from "./area_guard.ts";
import type { AreaNews } from "./area_news.ts";
import {
  joined,
  lastOf,
  recordAt,
  recordsAfter,
  recordText,
  removeRecords,
  type Seen,
  seenIn,
  snapshotIn,
} from "./area_records.ts";
import { areaName, type Revision, revisionText } from "./area_revision.ts";
import type { Frame } from "./frame.ts";
import { corrupt } from "./record.ts";
import type { Bytes, LogStorage, News } from "./storage.ts";
import { textOf } from "./text_bytes.ts";

/** What a storage in an area is made of. */
export interface AreaOptions {
  readonly cells: AreaCells;
  readonly guard: AreaGuard;
  readonly news: AreaNews;
  /** The database is of no more use. */
  lost(): void;
}

/**
 * A log folds at a quarter of all bytes, and not before it has 1 MiB: these have it fold at an eighth, and
 * at 64 Ki units, since space is small here and a snapshot is one item.
 */
const LOG_WEIGHT = 16;
const ALL_WEIGHT = 8;
/**
 * A program that writes without a pause lets no timer come, and folding waits for some: so after so many
 * units or steps without folding it is made to pause.
 */
const PAUSE_UNITS = 1 << 17;
const PAUSE_STEPS = 600;

/**
 * A log in the items of an area: a snapshot, a record a step behind it by the number of its first commit,
 * and the revision, which is written last. What it does not name is not there.
 *
 * ```text
 * commit          record, revision
 * fold            snapshot, revision, removal of records
 * new commits     revision "whole", snapshot, revision, removal: the snapshot counts, whatever the
 * in a snapshot   revision says of the last commit
 * ```
 */
export class AreaStorage implements LogStorage {
  readonly #cells: AreaCells;
  readonly #guard: AreaGuard;
  readonly #news: AreaNews;
  readonly #lost: () => void;
  /** What the state rests on. */
  #seen: Seen | undefined;
  #logUnits = 0;
  #snapshotUnits = 0;
  /** There was no space, so that folding is worth while before it is due. */
  #tight = false;
  /** What was written since something was folded, or should have been. */
  #newUnits = 0;
  #newSteps = 0;

  constructor({ cells, guard, news, lost }: AreaOptions) {
    this.#cells = cells;
    this.#guard = guard;
    this.#news = news;
    this.#lost = lost;
  }

  get sizes(): { readonly log: number; readonly all: number } {
    const all = (this.#logUnits + this.#snapshotUnits) * ALL_WEIGHT;
    return { log: this.#tight && this.#logUnits > 0 ? all : this.#logUnits * LOG_WEIGHT, all };
  }

  async load(): Promise<readonly Frame[]> {
    await this.#guard.open();
    const seen = seenIn(this.#cells);
    if (!seen) {
      const left = this.#cells.names().filter((name) => name !== ROOM && name !== OWNER);
      if (left.length > 0) throw corrupt("what it says of itself is missing");
    }
    const frames = seen ? this.#whole(seen) : [];
    this.#seen = seen;
    return frames;
  }
  #whole({ revision }: Seen): readonly Frame[] {
    if (revision.state === "new") return []; // who made it did not come further
    const { frames, seq, units } = snapshotIn(this.#cells);
    if (seq > revision.seq && revision.state !== "whole") {
      throw corrupt("its last commit is another");
    }
    const all = [...frames];
    this.#snapshotUnits = units;
    this.#logUnits = 0;
    for (const record of recordsAfter(this.#cells, seq, revision.seq)) {
      all.push(...record.frames);
      this.#logUnits += record.units;
    }
    return all;
  }

  async catchUp(seq: () => number, take: (news: News) => void): Promise<void> {
    this.#take(seq(), take);
    await Promise.resolve();
  }
  #take(seq: number, take: (news: News) => void): void {
    const now = this.#now();
    take(this.#newsOf(now, seq));
    this.#seen = now;
  }
  /** What is there now; it is the database that was opened. */
  #now(): Seen {
    const now = seenIn(this.#cells);
    if (now?.revision.database === this.#seen?.revision.database && now) return now;
    this.#lost();
    throw new DataError("closed", "Cannot use the database as it is there: it was deleted");
  }
  #newsOf(now: Seen, seq: number): News {
    const before = this.#seen;
    if (now.text === before?.text) return { whole: false, frames: [] };
    const { revision } = now;
    // A view of another tab's can have been behind: then what followed does not follow on ours.
    const follows = (name: string | undefined) => name === before?.revision.id;
    const isWhole = revision.state === "whole" || before?.revision.seq !== seq ||
      !follows(
        revision.seq === seq ? revision.id : recordAt(this.#cells, seq + 1)?.before,
      );
    if (isWhole) return { whole: true, frames: this.#whole(now) };
    const frames: Frame[] = [];
    for (const record of recordsAfter(this.#cells, seq, revision.seq)) {
      frames.push(...record.frames);
      this.#logUnits += record.units;
    }
    return { whole: false, frames };
  }

  async step(
    seq: () => number,
    fn: (news: News) => readonly Bytes[],
    whole?: () => readonly Bytes[] | undefined,
  ): Promise<void> {
    const { log, all } = this.sizes;
    const isDue = log >= all / 4; // then it is being folded
    const isBehind = this.#newUnits > PAUSE_UNITS || this.#newSteps > PAUSE_STEPS;
    if (this.#tight || isDue && isBehind) await new Promise((resolve) => setTimeout(resolve, 0));
    const wrote = await this.#guard.run(() => {
      let frames: readonly Bytes[] = [];
      this.#take(seq(), (news) => frames = fn(news));
      if (frames.length > 0) this.#append(seq(), frames, whole);
      return frames.length > 0;
    });
    if (!wrote) return;
    this.#guard.release();
    this.#news.tell();
  }
  #append(
    seq: number,
    frames: readonly Bytes[],
    whole?: () => readonly Bytes[] | undefined,
  ): void {
    const { revision } = this.#now();
    const text = recordText(revision.id, frames);
    const next: Revision = {
      ...revision,
      ...{ number: revision.number + 1, seq: seq + frames.length, id: areaName(), state: "kept" },
    };
    try {
      keepRoom(this.#cells, text.length);
      this.#cells.set(`${seq + 1}`, text);
    } catch (error) {
      this.#tight ||= isFull(error);
      const snapshot = isFull(error) ? whole?.() : undefined;
      if (!snapshot) throw error;
      this.#cells.remove(ROOM);
      if (!setIfFits(this.#cells, `${seq + 1}`, text)) {
        if (!this.#place(next, snapshot)) throw error;
        return;
      }
    }
    this.#mark(next);
    this.#logUnits += text.length;
    this.#newUnits += text.length;
    this.#newSteps++;
  }

  /** Says how far everything goes; what is not there then was not written. */
  #mark(revision: Revision): void {
    const text = revisionText(revision);
    let failed: unknown;
    try {
      this.#cells.set(REVISION, text);
    } catch (error) {
      failed = error;
    }
    if (this.#cells.get(REVISION) !== text) throw failed ?? noStorage();
    this.#seen = { text, revision };
  }

  /** Puts a snapshot in place up to which `next` goes; false when there is no space. */
  #place(next: Revision, frames: readonly Bytes[]): boolean {
    const before = this.#seen;
    const { text, revision } = this.#now();
    const last = lastOf(frames);
    try {
      if (last > revision.seq) this.#mark({ ...revision, id: next.id, state: "whole" });
      const placed = placeSnapshot(this.#cells, textOf(joined(frames)), last);
      // Records may have been moved all the same, which others are to see.
      this.#mark(placed ? next : { ...revision, number: next.number });
      if (text !== before?.text) this.#seen = before; // there still is news
      this.#tidy(placed ? last : 0);
      this.#tight &&= !placed;
      return placed;
    } catch (error) {
      this.#seen = before; // what became of it is looked up
      throw error;
    }
  }
  /** Removes records that are in the snapshot; what can't be removed now is by the next one. */
  #tidy(seq: number): void {
    try {
      this.#logUnits = removeRecords(this.#cells, seq);
      this.#snapshotUnits = this.#cells.get(SNAPSHOT)?.length ?? 0;
      keepRoom(this.#cells);
    } catch {
      // It is in nobody's way.
    }
  }

  async fold(seq: number, snapshot: readonly Bytes[], alone: boolean): Promise<boolean> {
    this.#newUnits = this.#newSteps = 0;
    const folded = await this.#guard.run(() => this.#fold(seq, snapshot, alone));
    if (folded) this.#news.tell();
    return folded;
  }
  #fold(seq: number, snapshot: readonly Bytes[], alone: boolean): boolean {
    const seen = this.#seen;
    if (!seen || seen.revision.state === "new") {
      if (seenIn(this.#cells)?.text !== seen?.text) return false; // somebody else was first
      this.#make(snapshot);
      return true;
    }
    const { text, revision } = this.#now();
    if (alone && text !== seen.text || revision.state === "whole" && !alone) return false;
    // Somebody else has folded more.
    if (revision.seq > seq && !recordAt(this.#cells, seq + 1)) return false;
    const last = lastOf(snapshot);
    const isNews = last > revision.seq;
    const next: Revision = {
      ...revision,
      number: revision.number + 1,
      seq: Math.max(last, revision.seq),
      id: isNews ? areaName() : revision.id,
      state: "kept",
    };
    if (this.#place(next, snapshot)) return true;
    throw new DataError(
      "full",
      "Cannot fold the database as there is space: its quota is used up",
      { committed: "no" },
    );
  }
  #make(snapshot: readonly Bytes[]): void {
    const made = { database: areaName(), number: 0, seq: lastOf(snapshot), id: areaName() };
    const text = textOf(joined(snapshot));
    try {
      this.#mark({ ...made, state: "new" });
      this.#cells.set(SNAPSHOT, text);
      this.#mark({ ...made, number: 1, state: "kept" });
    } catch (error) {
      this.#seen = undefined;
      throw error;
    }
    this.#tidy(0);
  }

  reserve(ms: number): Promise<() => void> {
    return this.#guard.reserve(ms);
  }
  moved(): boolean {
    return this.#cells.get(REVISION) !== this.#seen?.text;
  }
  listen(told: () => void): () => void {
    return this.#news.listen(told);
  }
  close(): Promise<void> {
    this.#guard.close();
    this.#news.close();
    return Promise.resolve();
  }
}
