/**
 * @module
 */
import { effect } from "@preact/signals";
import type { Database } from "@strata/data";
import { citiesOf, continentsOf, dotsOf } from "../queries.ts";
import { edits, type Seed, unsent } from "../schema.ts";
import type { Explorer } from "../view/explorer.ts";
import { sendEdits } from "./edits.ts";
import { openLocal } from "./open_local.ts";
import { isComplete } from "./seed.ts";
import { warmUp } from "./warm_up.ts";

/** Opens the browser's database, has it filled, and lets it answer once it is complete. */
export async function connectDatabase(explorer: Explorer): Promise<void> {
  const db = await openLocal();
  explorer.opened.value = db;
  const seed = db.liveValue("seed");
  effect(() => {
    if (seed.value === undefined) return; // it is not known yet
    // The schema has a column of this type.
    const now = seed.value as Seed | null;
    explorer.seed.value = now;
    if (isComplete(now)) void takeOver(explorer, db);
    else if (explorer.online.value) startFilling();
  });
  followEdits(explorer, db);
}

/** Has the database answer from now on, once it knows what is on the page. */
async function takeOver(explorer: Explorer, db: Database): Promise<void> {
  if (explorer.local.peek()) return;
  const filters = explorer.filters.peek();
  const first = [
    db.live(citiesOf(filters)),
    db.live(continentsOf(filters)),
    db.live(dotsOf(filters)),
  ];
  const stop = effect(() => first.forEach(({ value }) => value));
  await Promise.all(first.map(({ ready }) => ready));
  explorer.local.value = db;
  // The components have rendered by then, and share these results.
  setTimeout(stop);
  await warmUp(db);
}

let filling: Worker | undefined;

function startFilling(): void {
  if (filling) return;
  filling = new Worker("/seed_worker.js", { type: "module" });
  // It ends when it is done, or when there is no network.
  filling.addEventListener("message", () => filling = undefined, { once: true });
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
