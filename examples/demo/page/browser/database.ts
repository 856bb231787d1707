/**
 * @module
 */
import { effect } from "@preact/signals";
import type { Database } from "@strata/data";
import { edits, type Seed, unsent } from "../schema.ts";
import type { Explorer } from "../view/explorer.ts";
import { sendEdits } from "./edits.ts";
import { openLocal } from "./open_local.ts";
import { isComplete, seedOf } from "./seed.ts";

/** Opens the browser's database, has it filled, and lets it answer once it is complete. */
export async function connectDatabase(explorer: Explorer): Promise<void> {
  const db = await openLocal();
  explorer.opened.value = db;
  const seed = db.liveValue("seed");
  effect(() => {
    // The schema has a column of this type.
    explorer.seed.value = (seed.value ?? null) as Seed | null;
    if (isComplete(explorer.seed.value)) explorer.local.value = db;
  });
  if (!isComplete(await seedOf(db))) {
    new Worker("/seed_worker.js", { type: "module" });
  }
  followEdits(explorer, db);
}

/** Sends edits as they are made, by any tab, and again when there is a network. */
function followEdits(explorer: Explorer, db: Database): void {
  const waiting = db.liveCount(unsent);
  effect(() => {
    explorer.unsent.value = waiting.value ?? 0;
    if (explorer.unsent.value > 0 && explorer.online.value) {
      void sendEdits(db).catch(() => {}); // they stay, for the next time
    }
  });
  // Once an edit is with the server, what it has answered before is old.
  db.changes(({ tables }) => {
    const changes = tables.get(edits) ?? [];
    if (changes === "unknown" || changes.some(({ kind }) => kind === "delete")) {
      explorer.revision.value++;
    }
  });
}
