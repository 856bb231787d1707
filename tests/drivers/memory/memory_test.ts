import { freezeRows } from "../../../engine/mod.ts";
import { openDatabase } from "../../../db/open.ts";
import { memoryDriver } from "../../../drivers/memory.ts";
import { testSource } from "../../conformance/mod.ts";

freezeRows(true); // what writes to a row that was given out fails here

testSource("memory", (schema, options) => openDatabase(schema, memoryDriver(), options) as never);
