import type { StoredRow } from "../../schema/types.ts";
import { result } from "../log/idb_connection.ts";
import { IdbStorage } from "../log/idb_storage.ts";
import { recoverRows } from "../log/recover.ts";
import { type KeptTable, readCatalog } from "./catalog.ts";
import { idBytes, keyRange, spanOf } from "./row_keys.ts";
import { cellsOf } from "./row_record.ts";

/** Records that are read at a time. */
const PAGE = 200;

/** The rows that can still be read of a damaged database; those of records that were changed are left out. */
export async function* recoverIdb(
  factory: IDBFactory,
  name: string,
): AsyncGenerator<{ readonly table: string; readonly row: StoredRow }, void> {
  const storage = new IdbStorage(factory, name, {
    ...{ durability: "relaxed", create: false },
    lost: () => {},
  });
  try {
    yield* recoverRows(await storage.bytes());
    for (const kept of await keptIn(storage)) {
      if (kept.name.startsWith("strata_")) continue;
      for await (const row of rowsIn(storage, kept)) yield { table: kept.name, row };
    }
  } finally {
    await storage.close();
  }
}

async function keptIn(storage: IdbStorage): Promise<readonly KeptTable[]> {
  const record = await storage.transact("readonly", ({ state }) => result(state.get("rows")));
  try {
    return [...readCatalog(record).values()];
  } catch {
    return []; // without it nobody knows whose records they are
  }
}

async function* rowsIn(
  storage: IdbStorage,
  { id, cells }: KeptTable,
): AsyncGenerator<StoredRow, void> {
  let { from } = spanOf(idBytes(id));
  for (;;) {
    const range = keyRange({ from, to: spanOf(idBytes(id)).to });
    if (!range) return;
    const [keys, records] = await storage.transact(
      "readonly",
      ({ rows }) =>
        Promise.all([
          result(rows.getAllKeys(range, PAGE)),
          result<unknown[]>(rows.getAll(range, PAGE)),
        ]),
    );
    for (const record of records) {
      try {
        yield cellsOf(cells, record);
      } catch {
        // It was changed.
      }
    }
    const last = keys.at(-1);
    if (!(last instanceof ArrayBuffer) || keys.length < PAGE) return;
    from = new Uint8Array(last.byteLength + 1); // the next key there can be
    from.set(new Uint8Array(last));
  }
}
