/**
 * Caches, blobs and the core's own tables on PostgreSQL.
 *
 * @module
 */
import { openDatabase } from "../../../mod.ts";
import { testBlobs } from "../../blobs/mod.ts";
import { testCacheOn } from "../../db/cache/mod.ts";
import { testOwnTables } from "../../db/own_tables.ts";
import type { PlaceKind } from "../../support/places.ts";
import { newPlace, openNew } from "./open.ts";

const kind: PlaceKind = {
  name: "postgres",
  shared: true,
  make() {
    const place = newPlace();
    return {
      open: (schema, options, through = (driver) => driver) =>
        openDatabase(schema, through(place.driver()), options),
      remove: () => place[Symbol.dispose](),
    };
  },
};

testOwnTables(kind);
testCacheOn(kind);
testBlobs("postgres", (options) => openNew({ tables: [] }, options));
