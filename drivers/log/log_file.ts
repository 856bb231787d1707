import type { Bytes } from "./storage.ts";
import type { Turn } from "./turn.ts";

/** One file that may be replaced as a whole, and a lock beside it. */
export interface LogFile {
  /** What tells this file from one that takes its place, and its bytes; undefined when there is none. */
  stat(): { readonly id: string; readonly size: number } | undefined;
  /** The bytes from a place on, or so many of them. */
  read(from: number, length?: number): Bytes;
  /**
   * Writes at a place, where the file ends then; `sync` has it on the disk. Fails, and does nothing,
   * unless the file has `size` bytes.
   */
  append(at: number, size: number, bytes: readonly Bytes[], sync: boolean): void;
  /** Puts a new file in its place, all or nothing, on the disk. */
  replace(bytes: readonly Bytes[]): void;
  /** Takes the lock unless somebody has it; one that a dead process has left counts as free. */
  lock(): boolean;
  unlock(): void;
  /** Whose turn it is; looked at and changed with the lock. */
  turn(): Turn | undefined;
  setTurn(turn: Turn | undefined): void;
}
