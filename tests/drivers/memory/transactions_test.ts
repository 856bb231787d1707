import { openDatabase } from "../../../mod.ts";
import { memoryDriver } from "../../../drivers/memory.ts";
import { freezeRows } from "../../../engine/mod.ts";
import { testTransactions } from "../../db/transactions.ts";

freezeRows(true); // what writes to a row that was given out fails here

testTransactions("memory", (schema, options) => openDatabase(schema, memoryDriver(), options));
