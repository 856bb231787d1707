import { DataError } from "../../schema/errors.ts";
import { type AreaCells, OWNER } from "./area_cells.ts";
import type { AreaGuard } from "./area_guard.ts";
import { areaName } from "./area_revision.ts";

/** How long a tab that has the database open may take to say so. */
const ANSWER_MS = 1_000;
/** How long it takes until of two tabs that open it at once both see the same owner. */
const SETTLE_MS = 150;
const LOOK_MS = 10;
const FREE = "-".repeat(9);

/** This page, whose sessions may all have it open. */
const PAGE = areaName();
const MINE = `=${PAGE}`;
/** Sessions of this page by area and name. */
const sessions = new WeakMap<object, Map<string, number>>();

/**
 * Where there are no locks one page alone has a database open. It says so in an item, and again whenever
 * another one asks:
 *
 * ```text
 * ---------    nobody
 * =<page>      the page has it
 * ?<page>      the page asks whether somebody has it; who has, puts its own name there again
 * ```
 */
export class OwnerGuard implements AreaGuard {
  readonly #guard: AreaGuard;
  readonly #cells: AreaCells;
  readonly #area: object;
  readonly #name: string;
  readonly #lost: () => void;
  #open = false;

  readonly #heard = (): void => {
    if (!this.#open) return;
    try {
      const owner = this.#cells.get(OWNER);
      if (owner === MINE) return;
      if (owner?.startsWith("=")) return this.#lose();
      this.#cells.set(OWNER, MINE);
    } catch {
      // It is looked at again before anything is written.
    }
  };
  readonly #hidden = (): void => {
    if (this.#open) this.#free();
  };

  /** What is done at once is left to `guard`; `lost` is called when another page has taken over. */
  constructor(
    guard: AreaGuard,
    cells: AreaCells,
    { area, name, lost }: { readonly area: object; readonly name: string; lost(): void },
  ) {
    this.#guard = guard;
    this.#cells = cells;
    this.#area = area;
    this.#name = name;
    this.#lost = lost;
  }

  async open(): Promise<void> {
    if (this.#open) return;
    if (this.#count() === 0) await this.#claim();
    this.#open = true;
    this.#count(1);
    globalThis.addEventListener?.("storage", this.#heard);
    globalThis.addEventListener?.("pagehide", this.#hidden);
    globalThis.addEventListener?.("pageshow", this.#heard);
  }
  async #claim(): Promise<void> {
    const owner = this.#cells.get(OWNER) ?? FREE;
    if (owner !== FREE && owner !== MINE) {
      const asked = `?${PAGE}`;
      this.#cells.set(OWNER, asked);
      const until = performance.now() + ANSWER_MS;
      while (this.#cells.get(OWNER) === asked && performance.now() < until) await sleep(LOOK_MS);
      if (this.#cells.get(OWNER) !== asked) throw taken();
    }
    this.#cells.set(OWNER, MINE);
    await sleep(SETTLE_MS);
    if (this.#cells.get(OWNER) !== MINE) throw taken();
  }
  /** The sessions of this page. */
  #count(change = 0): number {
    let byName = sessions.get(this.#area);
    if (!byName) sessions.set(this.#area, byName = new Map());
    const count = (byName.get(this.#name) ?? 0) + change;
    byName.set(this.#name, count);
    return count;
  }

  run<T>(fn: () => T): Promise<T> {
    return this.#guard.run(() => {
      this.#heard();
      if (!this.#open) throw taken();
      return fn();
    });
  }
  reserve(ms: number): Promise<() => void> {
    return this.#guard.reserve(ms);
  }
  release(): void {
    this.#guard.release();
  }
  #lose(): void {
    this.#end();
    this.#lost();
  }
  #free(): void {
    try {
      if (this.#cells.get(OWNER) === MINE) this.#cells.set(OWNER, FREE);
    } catch {
      // Who opens it next asks, and gets no answer.
    }
  }
  #end(): number {
    if (!this.#open) return this.#count();
    this.#open = false;
    globalThis.removeEventListener?.("storage", this.#heard);
    globalThis.removeEventListener?.("pagehide", this.#hidden);
    globalThis.removeEventListener?.("pageshow", this.#heard);
    return this.#count(-1);
  }
  close(): void {
    const wasOpen = this.#open;
    if (this.#end() === 0 && wasOpen) this.#free();
    this.#guard.close();
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function taken(): DataError {
  return new DataError(
    "unavailable",
    "Cannot open the database as one tab has it where there are no Web Locks: another one has it",
    { committed: "no" },
  );
}
