import { commit, read, rowAt } from "./asking.ts";
import { candidatesWork, collectWork, isNamed, staleReadsWork } from "./gc_works.ts";
import { isUploading } from "./leases.ts";
import type { Store } from "./store.ts";
import { bodies } from "./tables.ts";
import type { Work } from "../driver.ts";

/** Takes away a body that nobody needs; gives its bytes. */
export async function collect(store: Store, id: string): Promise<number> {
  const { folder, now } = store;
  let bytes = 0;
  for (let more = true; more;) {
    const step = await commit(
      store.tables,
      () =>
        collectWork(id, now(), (body) => {
          if (!folder) return 0; // the next one that opens it with its folder finds the file
          const name = body.hash ?? body.wanted;
          return folder.removeUpload(id) + (name === null ? 0 : folder.remove(name));
        }),
    );
    bytes += step.bytes;
    more = step.more;
  }
  return bytes;
}

/** Takes away all that nobody needs; gives its bytes. */
export async function collectAll(store: Store): Promise<number> {
  const { tables, folder, now, id: space } = store;
  let bytes = 0;
  for (let after = "";;) {
    const ids = await read(tables, () => candidatesWork(space, after));
    for (const id of ids) {
      bytes += await collect(store, id);
      after = id;
    }
    if (ids.length === 0) break;
  }
  await commit(tables, () => staleReadsWork(now()));
  if (!folder) return bytes;
  for (const { name, upload } of await folder.list()) {
    bytes += await commit(tables, () => litterWork(store, name, upload));
  }
  return bytes;
}

/** Removes a file that no body names. */
function* litterWork(
  { id: space, folder, now }: Store,
  name: string,
  upload: string | undefined,
): Work<number> {
  const row = upload === undefined ? undefined : yield* rowAt(bodies, upload);
  const needed = upload === undefined
    ? yield* isNamed(space, name, now())
    : row !== undefined && isUploading(row, now());
  return needed ? 0 : folder?.remove(name) ?? 0;
}
