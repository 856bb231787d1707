import { openDatabase } from "../../../mod.ts";
import { freezeRows } from "../../../engine/mod.ts";
import { testDatabaseLive, testSharedLive } from "../../live/database.ts";
import { newPlace, openNew } from "./open.ts";

freezeRows(true); // what writes to a row that was given out fails here

testDatabaseLive("postgres.js", openNew, "asked slowly");
testSharedLive("postgres.js", () => {
  const place = newPlace();
  return {
    open: (schema) => openDatabase(schema, place.driver()),
    remove: () => place[Symbol.dispose](),
  };
});
