/**
 * Fills the browser's database beside the page, which stays free for its visitor. The page follows as it
 * follows another tab.
 *
 * @module
 */
import { openLocal } from "./open_local.ts";
import { fillDatabase } from "./seed.ts";

const db = await openLocal();
await fillDatabase(db);
await db.close();
close();
