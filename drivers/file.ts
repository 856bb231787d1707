/**
 * A database in one file, for Deno, Node and Bun: rows in memory, commits appended to the file.
 *
 * @module
 */
import * as fs from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { DataError } from "../schema/errors.ts";
import { registerBodies } from "../db/bodies_of.ts";
import type { Driver } from "../db/driver.ts";
import { FileStorage } from "./log/file_storage.ts";
import type { LogFile } from "./log/log_file.ts";
import { openLog } from "./log/open_log.ts";
import { recoverRows } from "./log/recover.ts";
import type { Bytes } from "./log/storage.ts";
import type { Turn } from "./log/turn.ts";

/** A lock that is older is of no process any more, whoever has its number now. */
const STALE_MS = 60_000;
/** Nor is one that names no process after this time. */
const UNNAMED_MS = 5_000;

/**
 * Keeps a database in the file at `path`. Rows are held in memory; several processes may have it open.
 * Beside it stand `<path>.lock` while somebody commits, `<path>.turn` while a transaction that lost several
 * runs has its turn, `<path>.new` while it is folded, and the folder `<path>.blobs` once there are blobs.
 *
 * @throws {DataError} From `openDatabase`, with code `"unavailable"` when the file can't be opened,
 * `"corrupt"` when it is damaged.
 *
 * @example Keep a database in a file
 * ```ts
 * import { openDatabase, table, text } from "@strata/data";
 * import { fileDriver } from "@strata/data/drivers/file";
 * import { assertEquals } from "@std/assert";
 *
 * const users = table("users", { id: text().primaryKey(), name: text() });
 * const folder = await Deno.makeTempDir();
 * {
 *   await using db = await openDatabase({ tables: [users] }, fileDriver(`${folder}/users.strata`));
 *   await db.insert(users, { id: "ada", name: "Ada" });
 * }
 * await using again = await openDatabase({ tables: [users] }, fileDriver(`${folder}/users.strata`));
 * assertEquals((await again.get(users, "ada"))?.name, "Ada");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function fileDriver(path: string | URL): Driver {
  return {
    name: "file",
    supports: { durability: ["relaxed", "strict"], shared: true, sql: false },
    async open(options) {
      const storage = new FileStorage(new NodeFile(path), options.durability);
      const session = await openLog(storage, "file", options);
      registerBodies(session, { place: `${pathOf(path)}.blobs` });
      return session;
    },
    async *recover() {
      yield* recoverRows(new NodeFile(path).read(0));
    },
  };
}

function pathOf(path: string | URL): string {
  return path instanceof URL ? decodeURIComponent(path.pathname) : path;
}

class NodeFile implements LogFile {
  readonly #path: string;
  readonly #lock: string;

  constructor(path: string | URL) {
    this.#path = pathOf(path);
    this.#lock = `${this.#path}.lock`;
  }

  stat(): { readonly id: string; readonly size: number } | undefined {
    return this.#try(() => {
      const stat = fs.statSync(this.#path, { throwIfNoEntry: false });
      return stat && { id: `${stat.dev} ${stat.ino} ${stat.birthtimeMs}`, size: stat.size };
    });
  }
  read(from: number, length = Infinity): Bytes {
    return this.#try(() => {
      const file = fs.openSync(this.#path, "r");
      try {
        const size = Math.min(length, fs.fstatSync(file).size - from);
        const bytes = new Uint8Array(Math.max(0, size));
        let at = 0;
        while (at < bytes.length) {
          const count = fs.readSync(file, bytes, at, bytes.length - at, from + at);
          if (count === 0) break;
          at += count;
        }
        return bytes.subarray(0, at);
      } finally {
        fs.closeSync(file);
      }
    });
  }
  append(at: number, size: number, bytes: readonly Bytes[], sync: boolean): void {
    const file = this.#try(() => fs.openSync(this.#path, "r+"));
    let restored = true;
    try {
      this.#try(() => {
        if (fs.fstatSync(file).size !== size) {
          throw new Error("Cannot write as nobody else does: one does");
        }
        try {
          if (size !== at) fs.ftruncateSync(file, at); // what a crash has left
          write(file, bytes, at);
          if (sync) fs.fsyncSync(file);
        } catch (error) {
          restored = false;
          fs.ftruncateSync(file, at);
          restored = true;
          throw error;
        }
      });
    } catch (error) {
      // What was written may be whole.
      if (restored || !(error instanceof DataError)) throw error;
      throw new DataError(error.code, error.message, { cause: error.cause, committed: "unknown" });
    } finally {
      fs.closeSync(file);
    }
  }
  replace(bytes: readonly Bytes[]): void {
    this.#try(() => {
      const path = `${this.#path}.new`;
      try {
        const file = fs.openSync(path, "w");
        try {
          write(file, bytes, 0);
          fs.fsyncSync(file);
        } finally {
          fs.closeSync(file);
        }
        fs.renameSync(path, this.#path);
      } catch (error) {
        fs.rmSync(path, { force: true }); // its space may be what is missing
        throw error;
      }
      syncFolder(path);
    });
  }

  /** A link that names the process is there with its name, or not at all. */
  lock(): boolean {
    return this.#try(() => {
      try {
        try {
          fs.symlinkSync(String(process.pid), this.#lock);
        } catch (error) {
          if (codeOf(error) === "EEXIST") throw error;
          fs.writeFileSync(this.#lock, String(process.pid), { flag: "wx" }); // no links here
        }
        return true;
      } catch (error) {
        if (codeOf(error) !== "EEXIST") throw error;
      }
      if (this.#isStale()) this.#breakLock();
      return false;
    });
  }
  unlock(): void {
    fs.rmSync(this.#lock, { force: true });
  }

  turn(): Turn | undefined {
    try {
      const [owner = "", until, pid] = fs.readFileSync(`${this.#path}.turn`, "utf8").split(" ");
      process.kill(Number(pid), 0); // fails when the process is gone
      return { owner, until: Number(until) };
    } catch {
      return undefined; // nobody's
    }
  }
  setTurn(turn: Turn | undefined): void {
    const path = `${this.#path}.turn`;
    if (!turn) fs.rmSync(path, { force: true });
    else this.#try(() => fs.writeFileSync(path, `${turn.owner} ${turn.until} ${process.pid}`));
  }

  /** Whether the lock is of a process that is gone. */
  #isStale(): boolean {
    try {
      const ageMs = Date.now() - fs.lstatSync(this.#lock).mtimeMs;
      const pid = Number(ownerOf(this.#lock));
      if (ageMs > STALE_MS) return true;
      if (!(pid > 0)) return ageMs > UNNAMED_MS; // it is being written
      process.kill(pid, 0);
      return false;
    } catch (error) {
      return codeOf(error) === "ESRCH";
    }
  }
  /** Moves the lock away, so that of two who do so one alone has it, and looks at it once more. */
  #breakLock(): void {
    const mine = `${this.#lock}.${process.pid}`;
    try {
      const before = ownerOf(this.#lock);
      fs.renameSync(this.#lock, mine);
      // Another was faster and has the lock again: it gets it back.
      if (ownerOf(mine) !== before) fs.linkSync(mine, this.#lock);
    } catch {
      // It is gone, or it is there again.
    } finally {
      fs.rmSync(mine, { force: true });
    }
  }

  #try<T>(fn: () => T): T {
    try {
      return fn();
    } catch (cause) {
      const full = codeOf(cause) === "ENOSPC" || codeOf(cause) === "EDQUOT";
      throw new DataError(
        full ? "full" : "unavailable",
        `Cannot use the database as its file can be read and written: ${
          full ? "the disk is full" : "it can not"
        }`,
        { cause, committed: "no" },
      );
    }
  }
}

function write(file: number, bytes: readonly Bytes[], from: number): void {
  let at = from;
  for (const part of bytes) {
    for (let done = 0; done < part.length;) {
      const count = fs.writeSync(file, part, done, part.length - done, at);
      done += count;
      at += count;
    }
  }
}

/** Has the names in the folder of a file on the disk, where a platform can do so. */
function syncFolder(path: string): void {
  try {
    const folder = fs.openSync(dirname(path), "r");
    try {
      fs.fsyncSync(folder);
    } finally {
      fs.closeSync(folder);
    }
  } catch {
    // Windows can't, and has no need.
  }
}

/** The process that a lock names. */
function ownerOf(lock: string): string {
  try {
    return fs.readlinkSync(lock);
  } catch (error) {
    if (codeOf(error) !== "EINVAL" && codeOf(error) !== "UNKNOWN") throw error;
    return fs.readFileSync(lock, "utf8"); // it is no link
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
