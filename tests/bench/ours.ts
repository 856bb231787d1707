/**
 * Strata's store. An index that a schema names is built when a query first needs it.
 *
 * @module
 */
import {
  boolean,
  createStore,
  integer,
  param,
  query,
  real,
  table,
  type TableOptions,
  text,
} from "../../mod.ts";
import type { Contestant, Loaded } from "./contestant.ts";
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

export interface Ours extends Loaded {
  /** How a query runs that orders by these columns, so that their index has been built. */
  use(order: readonly ("priority" | "status" | "owner")[]): string;
  /** How {@linkcode Loaded.top} runs. */
  readonly access: string;
}

export function openOurs(rows: readonly Todo[], indexes: Indexes): Ours {
  const todos = table("todos", columns, { indexes });
  const store = createStore({ tables: [todos] });
  store.insert(todos, rows);
  const top = query(todos).where({ status: param("status"), done: false })
    .orderBy("amount", "desc").limit(20);
  return {
    get size(): number {
      return store.count(query(todos));
    },
    get: (id: string) => store.get(todos, id),
    top: (status: string) => store.all(top.with({ status })),
    update(ids: readonly string[], priority: number): void {
      for (const id of ids) store.update(todos, id, { priority: priority++ });
    },
    use(order: readonly ("priority" | "status" | "owner")[]): string {
      const page = order.reduce((all, path) => all.orderBy(path), query(todos)).limit(1);
      store.all(page);
      return store.explain(page).order;
    },
    get access(): string {
      return store.explain(top.with({ status: "open" })).steps[0]?.access ?? "none";
    },
    close: () => store[Symbol.dispose](),
  };
}

export const ours: Contestant = {
  name: "strata",
  load: (rows, { indexed }) => openOurs(rows, indexed ? [["status", "done", "amount"]] : []),
};
