import { compareBytes } from "../../schema/key_bytes.ts";
import { result } from "../log/idb_connection.ts";
import { type Key, keyRange, spanOf } from "./row_keys.ts";

/** So many keys are looked for one after the other before all are asked for at once. */
const HOPS = 16;

function bytesOf(key: IDBValidKey): Key {
  return key instanceof ArrayBuffer ? new Uint8Array(key) : new Uint8Array(key as Uint8Array); // ours are bytes
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.length <= key.length && prefix.every((byte, i) => byte === key[i]);
}

/**
 * Whether a store or index has a key that begins with one of some, leaving out rows whose own key `skip`
 * names. New keys mostly lie where none are, which one request tells.
 */
export async function hasAny(
  source: IDBObjectStore | IDBIndex,
  prefixes: readonly Key[],
  skip: (key: Key) => boolean,
): Promise<boolean> {
  const sorted = prefixes.toSorted(compareBytes);
  const last = sorted.at(-1);
  let [from] = sorted;
  if (!last || !from) return false;
  const { to } = spanOf(last);
  let i = 0;
  for (let hops = 0; hops < HOPS; hops++) {
    const range = keyRange({ from, to });
    const cursor = range && await result(source.openKeyCursor(range));
    if (!cursor) return false;
    const found = bytesOf(cursor.key);
    for (let prefix = sorted[i]; prefix; prefix = sorted[++i]) {
      if (startsWith(found, prefix) || compareBytes(prefix, found) > 0) break;
    }
    const prefix = sorted[i];
    if (!prefix) return false;
    if (!startsWith(found, prefix)) from = prefix;
    else if (!skip(bytesOf(cursor.primaryKey))) return true;
    else {
      // The next key there can be.
      from = new Uint8Array(found.length + 1);
      from.set(found);
    }
  }
  const keys = await Promise.all(
    sorted.slice(i).map((prefix) => {
      const range = keyRange(spanOf(prefix));
      return range ? result(source.getAllKeys(range)) : [];
    }),
  );
  return keys.flat().some((key) => !skip(bytesOf(key)));
}
