/**
 * IndexedDB by hand, the libraries that one would use instead, and both layouts of ours: each keeps the
 * same rows with three indexes, where it has any.
 *
 * @module
 */
import { Dexie } from "dexie";
import { createStore, entries, get, set, setMany } from "idb-keyval";
import localforage from "localforage";
import {
  boolean,
  type Database,
  integer,
  openDatabase,
  query,
  real,
  table,
  text,
} from "../../../mod.ts";
import { indexedDbDriver } from "../../../drivers/indexed_db.ts";
import type { Todo } from "../rows.ts";

/** A database that is open. */
export interface Opened {
  insert(rows: readonly Todo[]): Promise<unknown>;
  /** The ids of the first 20 open ones by amount. */
  query(): Promise<readonly string[]>;
  get(id: string): Promise<Todo | undefined>;
  /** Writes one row that is there. */
  put(row: Todo): Promise<unknown>;
  close(): unknown;
}

/** Who keeps rows. */
export interface Contestant {
  readonly name: string;
  open(name: string): Promise<Opened>;
}

const OPEN = "open";
const MOST = 20;

/** The same query where there is no index. */
function firstOpen(rows: readonly Todo[]): string[] {
  return rows.filter(({ status }) => status === OPEN).sort((a, b) => a.amount - b.amount)
    .slice(0, MOST).map(({ id }) => id);
}
function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const raw: Contestant = {
  name: "raw",
  async open(name) {
    const request = indexedDB.open(name);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore("todos", { keyPath: "id" });
      store.createIndex("status", ["status", "amount"]);
      store.createIndex("owner", "owner");
      store.createIndex("priority", "priority");
    };
    const db = await done(request);
    const read = () => db.transaction("todos").objectStore("todos");
    const write = (rows: readonly Todo[]) => {
      const tx = db.transaction("todos", "readwrite", { durability: "relaxed" });
      const store = tx.objectStore("todos");
      for (const row of rows) store.put(row);
      return new Promise((resolve) => tx.oncomplete = resolve);
    };
    return {
      insert: write,
      async query() {
        const range = IDBKeyRange.bound([OPEN], [OPEN, []]);
        const rows: Todo[] = await done(read().index("status").getAll(range, MOST));
        return rows.map(({ id }) => id);
      },
      get: (id) => done<Todo | undefined>(read().get(id)),
      put: (row) => write([row]),
      close: () => db.close(),
    };
  },
};

const dexie: Contestant = {
  name: "Dexie",
  async open(name) {
    const db = new Dexie(name, { chromeTransactionDurability: "relaxed" });
    db.version(1).stores({ todos: "id, [status+amount], owner, priority" });
    await db.open();
    const todos = db.table<Todo, string>("todos");
    return {
      insert: (rows) => todos.bulkAdd([...rows]),
      async query() {
        const rows = await todos.where("[status+amount]")
          .between([OPEN, Dexie.minKey], [OPEN, Dexie.maxKey]).limit(MOST).toArray();
        return rows.map(({ id }) => id);
      },
      get: (id) => todos.get(id),
      put: (row) => todos.put(row),
      close: () => db.close(),
    };
  },
};

const keyval: Contestant = {
  name: "idb-keyval",
  open(name) {
    const store = createStore(name, "todos");
    return Promise.resolve({
      insert: (rows) => setMany(rows.map((row) => [row.id, row]), store),
      async query() {
        return firstOpen((await entries<string, Todo>(store)).map(([, row]) => row));
      },
      get: (id) => get<Todo>(id, store),
      put: (row) => set(row.id, row, store),
      // It keeps its connection to itself.
      close: () => {},
    });
  },
};

const forage: Contestant = {
  name: "localForage",
  async open(name) {
    const store = localforage.createInstance({ name, driver: localforage.INDEXEDDB });
    await store.ready();
    return {
      insert: (rows) => Promise.all(rows.map((row) => store.setItem(row.id, row))),
      async query() {
        const rows: Todo[] = [];
        await store.iterate<Todo, void>((row) => void rows.push(row));
        return firstOpen(rows);
      },
      get: async (id) => await store.getItem<Todo>(id) ?? undefined,
      put: (row) => store.setItem(row.id, row),
      close: () => {},
    };
  },
};

/** The table of ours. */
export const todos = table("todos", {
  id: text().primaryKey(),
  title: text(),
  status: text(),
  owner: text(),
  priority: integer(),
  amount: real(),
  done: boolean(),
}, { indexes: [["status", "amount"], "owner", "priority"] });

/** A database of ours. */
export function openOurs(name: string, kind: "log" | "rows"): Promise<Database> {
  const driver = indexedDbDriver(indexedDB, { name, layout: { todos: kind } });
  return openDatabase({ tables: [todos] }, driver);
}

function ours(kind: "log" | "rows"): Contestant {
  return {
    name: `Strata, ${kind}`,
    async open(name) {
      const db = await openOurs(name, kind);
      const first = query(todos).where({ status: OPEN }).orderBy("amount").limit(MOST);
      return {
        insert: (rows) => db.insert(todos, rows),
        query: async () => (await db.all(first)).map(({ id }) => id),
        get: (id) => db.get(todos, id),
        put: (row) => db.upsert(todos, row),
        close: () => db.close(),
      };
    },
  };
}

export const CONTESTANTS: readonly Contestant[] = [
  ...[ours("log"), ours("rows"), raw, dexie, keyval, forage],
];
