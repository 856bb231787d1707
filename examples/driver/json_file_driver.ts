/**
 * A whole driver: a database as one file of JSON, for settings and small tools. Rows are in memory, and each commit
 * writes the file anew.
 *
 * @module
 */
import * as fs from "node:fs";
import { DataError, type Driver } from "@strata/data";
import * as resident from "../../drivers/log/resident.ts";

/** Keeps a database in the file at `path`, for one process at a time. */
export function jsonFileDriver(path: string): Driver {
  return {
    name: "json-file",
    supports: { durability: ["relaxed"], shared: false, sql: false },
    async open(options) {
      const unlock = lock(`${path}.lock`);
      try {
        const state = read(path);
        const session = await resident.openResident(state, "json-file", options, unlock);
        write(path, resident.writeSnapshot(state)); // the layout may have changed
        return resident.savingSession(session, (id) => {
          write(path, resident.writeSnapshot(state, id));
        });
      } catch (error) {
        unlock();
        throw error;
      }
    },
    async *recover() {
      for (const [table, data] of read(path).tables) {
        if (table.startsWith("strata_")) continue;
        for (const row of resident.rowsOf(data)) yield { table, row };
      }
    },
  };
}

function read(path: string): resident.ResidentState {
  if (!fs.existsSync(path)) return resident.residentState();
  return resident.readSnapshot(fs.readFileSync(path, "utf8"));
}

/** All or nothing: the new file takes the place of the old one when it is whole and on the disk. */
function write(path: string, text: string): void {
  try {
    fs.writeFileSync(`${path}.new`, text, { flush: true });
    fs.renameSync(`${path}.new`, path);
  } catch (cause) {
    const message = "Cannot write the database as its file can be written: it can not";
    throw new DataError("unavailable", message, { cause, committed: "no" });
  }
}

/** Keeps other processes out; what a crash leaves behind is removed by hand. */
function lock(path: string): () => void {
  try {
    fs.closeSync(fs.openSync(path, "wx"));
  } catch (cause) {
    const message = "Cannot open the database as one opens it at a time: its lock is there";
    throw new DataError("unavailable", message, { cause });
  }
  return () => fs.rmSync(path);
}
