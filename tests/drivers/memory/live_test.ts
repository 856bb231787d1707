import { openDatabase } from "../../../mod.ts";
import { memoryDriver } from "../../../drivers/memory.ts";
import { freezeRows } from "../../../engine/mod.ts";
import { testDatabaseLive, testHydration, testRandomLive, turn } from "../../live/database.ts";

freezeRows(true); // what writes to a row that was given out fails here

testDatabaseLive("memory", (schema) => openDatabase(schema, memoryDriver()), "maintained");
testRandomLive("memory", (schema) => openDatabase(schema, memoryDriver()), () => turn(), 500);
testHydration("memory", (schema) => openDatabase(schema, memoryDriver()), () => turn());
