import {
  type DatabaseConnection,
  type Dialect,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Todo } from "../rows.ts";
import type { Opened } from "./contestant.ts";

/** A connection of Kysely's; who has transactions gives one of its own to each. */
export interface Connection {
  /** Runs a statement; rows by name. */
  run(text: string, params: readonly unknown[]): Promise<readonly object[]>;
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

type Row = { [K in keyof Todo]: Todo[K] extends boolean ? boolean | number : Todo[K] };

class Adapted implements DatabaseConnection {
  constructor(readonly connection: Connection) {}
  async executeQuery<R>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) {
    // Rows of what was asked for.
    return { rows: await this.connection.run(sql, parameters) as unknown as R[] };
  }
  streamQuery(): never {
    throw new Error("Cannot stream");
  }
}

function dialectOf(kind: "sqlite" | "postgres", connect: () => Connection): Dialect {
  const sqlite = kind === "sqlite";
  return {
    createAdapter: () => sqlite ? new SqliteAdapter() : new PostgresAdapter(),
    createQueryCompiler: () => sqlite ? new SqliteQueryCompiler() : new PostgresQueryCompiler(),
    createIntrospector: (db) => sqlite ? new SqliteIntrospector(db) : new PostgresIntrospector(db),
    createDriver: () => ({
      init: () => Promise.resolve(),
      acquireConnection: () => Promise.resolve(new Adapted(connect())),
      beginTransaction: (of) => of instanceof Adapted ? of.connection.begin() : Promise.reject(),
      commitTransaction: (of) => of instanceof Adapted ? of.connection.commit() : Promise.reject(),
      rollbackTransaction: (of) =>
        of instanceof Adapted ? of.connection.rollback() : Promise.reject(),
      releaseConnection: () => Promise.resolve(),
      destroy: () => Promise.resolve(),
    }),
  };
}

/** Kysely on a client. */
export function openKysely(kind: "sqlite" | "postgres", connect: () => Connection): Opened {
  const db = new Kysely<{ todos: Row }>({ dialect: dialectOf(kind, connect) });
  const cells = (row: Todo): Row => kind === "sqlite" ? { ...row, done: row.done ? 1 : 0 } : row;
  return {
    name: "kysely",
    get: (id) => db.selectFrom("todos").selectAll().where("id", "=", id).executeTakeFirst(),
    range: (from, to) =>
      db.selectFrom("todos").selectAll().where("priority", ">=", from).where("priority", "<=", to)
        .orderBy("priority").orderBy("id").execute(),
    batch: (rows) => db.insertInto("todos").values(rows.map(cells)).execute(),
    increment: (id) =>
      db.transaction().execute(async (tx) => {
        const { amount } = await tx.selectFrom("todos").select("amount").where("id", "=", id)
          .executeTakeFirstOrThrow();
        await tx.updateTable("todos").set({ amount: amount + 1 }).where("id", "=", id).execute();
      }),
  };
}
