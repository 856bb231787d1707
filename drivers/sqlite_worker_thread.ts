/**
 * What a worker of `sqliteWorkerDriver` runs: SQLite. Importing it in a worker is all that there is to do; a
 * program that is bundled has it as a script of its own, which the driver's option `worker` starts.
 *
 * @module
 */
import { serveThread } from "./sql/remote/thread.ts";

serveThread();
