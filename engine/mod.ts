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
  checkFormat,
  type CommitRecord,
  engineOf,
  hasEngine,
  keyOfRecord,
  recordEffect,
  recordOf,
  type RecordRow,
  registerSource,
  valueOfRecord,
} from "./record.ts";
export { prepare, runQuery } from "./run.ts";
export { putAt } from "./group.ts";
export { windowOf } from "./window.ts";
export {
  conflictTarget,
  givenValues,
  insertRows,
  type OnConflict,
  readOnConflict,
  replaceWhole,
  upsertRows,
} from "./insert.ts";
export {
  checkIf,
  claimAst,
  claimRows,
  deleteRow,
  deleteWhere,
  ifAst,
  patchAll,
  patchSource,
  taken,
  unmatched,
  updateRow,
  updateWhere,
  whereAst,
  type Workspace,
} from "./write.ts";
export { type Effect, type Match, settle, type Write } from "./references.ts";
export { matching } from "./matching.ts";
export type { Tables } from "./stage.ts";
export { TableData } from "./table_data.ts";
export { Listeners } from "./listeners.ts";
export { checkOrigin, redo } from "./engine.ts";
export {
  type CommitHead,
  CommitValue,
  netChanges,
  type RowEntry,
  type RowWrite,
  type ValueEntry,
} from "./commit.ts";
export { type ReadonlySignal, signal, untracked, type Writable } from "./signal.ts";
export type {
  InsertOptions,
  Reads,
  SourceOptions,
  UpdateOptions,
  Verbs,
  WriteOptions,
} from "./verbs.ts";
export { observe } from "./observe.ts";
export { freezeRows } from "./table_data.ts";
export { livesOf, type ViewLike, type Views } from "./live/handle.ts";
export { type LiveInfo, liveInfo } from "./live/info.ts";
export { queryName, rowName, Start, type Starts, startsOf, valueName } from "./live/start.ts";
export { tableViews } from "./live/table_views.ts";
export { topicsOf } from "./live/rows_view.ts";
export { patchedBy, unmovedBy } from "./live/unmoved.ts";
export { isFollowed, windowedBy } from "./live/windowed.ts";
export type { Topic } from "./live/topics.ts";
export { Result as LiveResult, Steps as LiveSteps } from "./live/result.ts";
export type { DeltaOp, LiveQuery, Lives } from "./live/types.ts";
export { Slices } from "./live/slices.ts";
export { Watching } from "./live/watching.ts";
