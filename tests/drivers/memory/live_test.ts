import { openDatabase } from "../../../mod.ts";
import { memoryDriver } from "../../../drivers/memory.ts";
import { freezeRows } from "../../../engine/mod.ts";
import { testDatabaseLive, turn } from "../../live/database.ts";
import { testRandomLive } from "../../live/database_random.ts";

freezeRows(true); // what writes to a row that was given out fails here

testDatabaseLive("memory", (schema) => openDatabase(schema, memoryDriver()));
testRandomLive("memory", (schema) => openDatabase(schema, memoryDriver()), () => turn());
