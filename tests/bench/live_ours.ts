/**
 * Strata's live queries, and the same queries run again after each write.
 *
 * @module
 */
import {
  boolean,
  count,
  createStore,
  gte,
  integer,
  type Query,
  query,
  real,
  sum,
  table,
  type TableOptions,
  text,
} from "../../mod.ts";
import {
  groupText,
  leastPriority,
  type LiveContestant,
  type LiveRun,
  type LiveWork,
  type Patch,
  WINDOW_SIZE,
  WINDOW_STATUS,
} from "./live_contestant.ts";
import type { Todo } from "./rows.ts";

const columns = {
  id: text().primaryKey(),
  title: text(),
  status: text(),
  owner: text(),
  priority: integer(),
  amount: real(),
  done: boolean(),
};
type Indexes = NonNullable<TableOptions<typeof columns, undefined>["indexes"]>;

/** A store with the rows in it, and the query of each work. */
// deno-lint-ignore explicit-module-boundary-types -- the columns say what types these have
export function openTodos(rows: readonly Todo[], indexes: Indexes = []) {
  const todos = table("todos", columns, { indexes });
  const store = createStore({ tables: [todos] });
  store.insert(todos, rows);
  const queries = {
    window: query(todos).where({ status: WINDOW_STATUS, done: false })
      .orderBy("amount", "desc").limit(WINDOW_SIZE),
    filter: query(todos).where({ priority: gte(leastPriority(rows)) }),
    groups: query(todos).groupBy(["status"], { n: count(), total: sum("amount") }),
  };
  return { store, todos, queries };
}

type Result = readonly {
  readonly id?: string;
  readonly status: string;
  readonly n?: number;
  readonly total?: number | null;
}[];

function texts(work: LiveWork, rows: Result): readonly string[] {
  if (work === "groups") {
    return rows.map(({ status, n, total }) => groupText(status, n ?? 0, total ?? 0)).sort();
  }
  const ids = rows.map(({ id }) => id ?? "");
  return work === "filter" ? ids.sort() : ids;
}

type Heard = "deltas" | "value" | "rerun";

function contestant(
  name: string,
  heard: Heard,
  works: readonly LiveWork[],
  indexes: Indexes = [],
): LiveContestant {
  return {
    ...{ name, works },
    open(rows: readonly Todo[], work: LiveWork): LiveRun {
      const { store, todos, queries } = openTodos(rows, indexes);
      // Each kind of rows has some of these columns.
      const asked = queries[work] as unknown as Query<Result[number]>;
      const live = store.live(asked);
      let told = 0;
      const again = () => void (told += store.all(asked).length > 0 ? 1 : 0);
      const stop = heard === "value"
        ? live.subscribe(() => told++)
        : heard === "deltas"
        ? live.deltas(() => told++)
        : store.changes(again);
      const patched = ({ amount, priority }: Patch) =>
        priority === undefined ? { amount: amount ?? 0 } : { priority };
      return {
        write: (patch) => void store.update(todos, patch.id, patched(patch)),
        batch: (patches) =>
          store.transaction((tx) => {
            for (const patch of patches) tx.update(todos, patch.id, patched(patch));
          }),
        get told() {
          return told;
        },
        result: () => texts(work, live.value),
        close() {
          stop();
          store[Symbol.dispose]();
        },
      };
    },
  };
}

const ALL = ["window", "filter", "groups"] as const;
const INDEX = [["status", "done", "amount"]] as const;
export const liveOurs: LiveContestant = contestant("strata", "deltas", ALL);
/** One who reads the array after each write pays for a copy of it. */
export const liveOursValue: LiveContestant = contestant("strata, value read", "value", ALL);
export const liveOursIndexed: LiveContestant = contestant("strata, index", "deltas", [
  "window",
], INDEX);
export const rerunOurs: LiveContestant = contestant("run again", "rerun", ALL);
