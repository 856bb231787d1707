/**
 * Rows in memory: tables, indexes, the planner, commits. What stores and resident drivers share.
 *
 * @module
 */
export { type Change, type Commit, type CommitKind, type Entry, publicTable } from "./commit.ts";
export { type CommitOptions, Engine, type EngineOptions } from "./engine.ts";
export { explainQuery, type Plan, type PlanStep } from "./explain.ts";
export {
  applyCommit,
  type CommitRecord,
  engineOf,
  recordOf,
  type RecordRow,
  registerSource,
} from "./record.ts";
export { prepare, runQuery } from "./run.ts";
export { windowOf } from "./window.ts";
export { insertRows, type OnConflict, replaceWhole, upsertRows } from "./insert.ts";
export { claimRows, deleteRow, deleteWhere, updateRow, updateWhere } from "./write.ts";
export { type ReadonlySignal, signal } from "./signal.ts";
export type { InsertOptions, Reads, UpdateOptions, Verbs, WriteOptions } from "./verbs.ts";
export { freezeRows } from "./table_data.ts";
export { liveCount, liveRow, liveRows, liveValue } from "./live/handle.ts";
export type { DeltaOp, LiveQuery, Lives } from "./live/types.ts";
export { Watching } from "./live/watching.ts";
