import { result } from "../log/idb_connection.ts";

/** Options of `getAll` where a browser takes a direction. */
interface Query {
  readonly query: IDBKeyRange;
  readonly count: number;
  readonly direction: "prev";
}

/** The values of the last `count` records of a range, the last one first. */
function lastOf(source: IDBObjectStore | IDBIndex, query: Query): Promise<unknown[]> {
  // A browser that has getAllRecords takes these options in getAll too; else they would be a key.
  if ("getAllRecords" in source) {
    const getAll = source.getAll as (query: unknown) => IDBRequest<unknown[]>; // the types are older
    return result(getAll.call(source, query));
  }
  return byCursor(source, query);
}

function byCursor(
  source: IDBObjectStore | IDBIndex,
  { query, count, direction }: Query,
): Promise<unknown[]> {
  const values: unknown[] = [];
  const request = source.openCursor(query, direction);
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      const cursor = request.result;
      if (cursor) values.push(cursor.value);
      if (!cursor || values.length === count) resolve(values);
      else cursor.continue();
    };
    // It aborts the transaction, which tells why.
    request.onerror = () => reject(request.error);
  });
}

/** The values of the first or last records of a range, in one request where the browser can. */
export function valuesOf(
  source: IDBObjectStore | IDBIndex,
  query: IDBKeyRange,
  count: number,
  desc: boolean,
): Promise<unknown[]> {
  return desc
    ? lastOf(source, { query, count, direction: "prev" })
    : result<unknown[]>(source.getAll(query, count));
}
