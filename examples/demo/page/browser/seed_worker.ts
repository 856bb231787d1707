/**
 * Fills the browser's database beside the page, which stays free for its visitor. The page follows as it
 * follows another tab.
 *
 * @module
 */
import { openLocal } from "./open_local.ts";
import { fillDatabase } from "./seed.ts";

const db = await openLocal();
try {
  await fillDatabase(db);
} catch (error) {
  console.warn("The cities are not all there yet", error);
} finally {
  await db.close();
  postMessage("ended");
  close();
}
