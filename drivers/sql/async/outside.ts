import { type Deferred, deferred } from "../../../db/deferred.ts";
import type { DriverOptions } from "../../../db/driver.ts";
import type { Statement } from "../compile.ts";
import type { Cells } from "../decode.ts";
import { loggedCommit, metaOf } from "../log.ts";
import type { Rows } from "./client.ts";
import type { AsyncLog, Run } from "./engine.ts";

/**
 * Notices what was not written through this session: by the numbers of commits and, where the engine has
 * them, by counters that move with whatever else is written.
 *
 * Everything that looks at one state reads the head of that state along with it. What that shows is told
 * before work runs that sees it.
 */
export class AsyncOutside {
  /** The number of the last commit that was told or made here. */
  seq = 0;
  /** Whether strangers wrote since our last commit, which our next one passes on. */
  strangers = false;
  /** Whether the tables of Strata are there for good. */
  logged = false;
  /** Whether a commit of ours may be there or not. */
  doubtful = false;
  /** Goes up with all that is told or made here: what was worked out before then may be of another state. */
  age = 0;
  #counters: readonly unknown[] | undefined;
  #underWay: Deferred<void> | undefined;

  constructor(
    readonly log: AsyncLog,
    readonly options: Pick<DriverOptions, "outside" | "ready" | "lost">,
  ) {}

  /** The statements whose rows {@linkcode take} takes. */
  head(lock: boolean): readonly Statement[] {
    return this.logged ? [this.log.head(lock)] : [this.log.bareHead, this.log.exists];
  }

  /** Takes in how it is when the session begins; nothing is told. */
  async start(rows: readonly Rows[], run: Run): Promise<void> {
    const row = await this.#row(rows, run);
    this.seq = Number(row[0] ?? 0);
    this.#counters = row.slice(1);
  }

  /** Whether nothing has happened. */
  isUnmoved(rows: readonly Rows[]): boolean {
    const row = rows[0]?.[0];
    return this.logged && !this.doubtful && row !== undefined &&
      Number(row[0] ?? 0) === this.seq && this.#moved(row).length === 0;
  }

  /**
   * Tells what a head shows that was not told. `false` when more was told than the state has that the head
   * was read at: then another one is needed.
   */
  async take(rows: readonly Rows[], run: Run): Promise<boolean> {
    // A commit of ours may be there, and we do not know it yet.
    while (this.#underWay) await this.#underWay.promise;
    const row = await this.#row(rows, run);
    const seq = Number(row[0] ?? 0);
    const commits = this.logged && seq > this.seq
      ? (await run([this.log.after(this.seq)]))[0]?.map(loggedCommit) ?? []
      : [];
    if (seq < this.seq) return false;
    const moved = this.#moved(row); // not before all is read that is told
    const told = commits.filter((commit) => commit.seq > this.seq);
    const meta = told.some(({ kind }) => kind === "migration") &&
      metaOf((await run([this.log.meta]))[0] ?? []);
    this.#counters = row.slice(1);
    this.doubtful = false;
    for (const { seq, id, origin, tables } of told) {
      if (seq <= this.seq) continue; // another has told it meanwhile
      const gap = seq !== this.seq + 1;
      this.seq = seq;
      this.age++;
      this.options.outside({
        ...{ seq, id, tables: gap ? undefined : tables },
        ...(origin !== undefined && { origin }),
      });
    }
    // The first counter moves with commits, too; the others never do.
    if (moved.some((at) => at > 0 || commits.length === 0)) this.stranger();
    if (meta && !this.options.ready(meta)) this.options.lost("version");
    return seq >= this.seq;
  }

  /** The row of a head. */
  async #row(rows: readonly Rows[], run: Run): Promise<Cells> {
    if (this.logged || !isTrue(rows[1])) return rows[0]?.[0] ?? [];
    this.logged = true;
    return (await run([this.log.head(false)]))[0]?.[0] ?? [];
  }

  /** Which counters have moved. */
  #moved(row: Cells): readonly number[] {
    const counters = this.#counters;
    if (!counters) return [];
    return counters.flatMap((value, i) => value === row[i + 1] ? [] : [i]);
  }

  /** Tells that somebody wrote of whom nothing is known. */
  stranger(): void {
    this.strangers = true;
    this.age++;
    this.options.outside({ seq: this.seq, tables: undefined });
  }

  /** What this connection has written up to now was written by us. */
  mine(rows: Rows | undefined): void {
    const row = rows?.[0];
    if (row) this.#counters = row.slice(1);
  }

  /** Notes that a commit of ours is under way, until it was {@linkcode told}. */
  commits(): void {
    this.#underWay = deferred<void>();
  }

  told(): void {
    this.#underWay?.resolve(undefined);
    this.#underWay = undefined;
  }

  /** Commits of ours are there. */
  committed(seq: number): void {
    this.seq = seq;
    this.age++;
    this.strangers = false;
    this.logged = true;
  }

  /** A commit of ours failed, and what it wrote may be there all the same. */
  doubt(): void {
    this.doubtful = true;
    this.#counters = undefined;
  }
}

/** Whether the first cell is true. */
export function isTrue(rows: Rows | undefined): boolean {
  const cell = rows?.[0]?.[0];
  return cell === true || Number(cell ?? 0) > 0;
}
