import type { CoreTables } from "../core_tables.ts";
import type { Space } from "./key_works.ts";
import type { Folder } from "./folder.ts";

/** A store of blobs as its verbs know it. */
export interface Store extends Space {
  readonly chunkBytes: number;
  /** What is kept in its body, and needs no chunk. */
  readonly inlineBytes: number;
  readonly tables: CoreTables;
  /** Where content lies as files; without one it is in tables. */
  readonly folder: Folder | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
