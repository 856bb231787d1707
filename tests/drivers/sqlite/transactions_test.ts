import { freezeRows } from "../../../engine/mod.ts";
import { testTransactions } from "../../db/transactions.ts";
import { openInMemory, openOnFile } from "./open.ts";

freezeRows(true); // what writes to a row that was given out fails here

testTransactions("sqlite in memory", openInMemory);
testTransactions("sqlite on a file", openOnFile);
