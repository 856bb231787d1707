/**
 * Caches, blobs and the core's own tables on libSQL, on a file.
 *
 * @module
 */
import { createClient } from "@libsql/client";
import { libsqlDriver } from "../../../drivers/libsql.ts";
import { openDatabase } from "../../../mod.ts";
import { testBlobs } from "../../blobs/mod.ts";
import { testCacheOn } from "../../db/cache/mod.ts";
import { testOwnTables } from "../../db/own_tables.ts";
import { closing } from "../../db/subject.ts";
import { inFolder, type PlaceKind } from "../../support/places.ts";
import { openOnFile } from "./open.ts";

const kind: PlaceKind = {
  name: "libsql file",
  shared: true,
  make: () =>
    inFolder((folder) => ({
      async open(schema, options, through = (driver) => driver) {
        const client = createClient({ url: `file:${folder}/data.db` });
        try {
          const db = await openDatabase(schema, through(libsqlDriver(client)), options);
          return closing(db, () => client.close());
        } catch (error) {
          client.close();
          throw error;
        }
      },
      remove() {},
    })),
};

testOwnTables(kind);
testCacheOn(kind);
testBlobs("libsql file", (options) => openOnFile({ tables: [] }, options));
