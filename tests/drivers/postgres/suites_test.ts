import { freezeRows } from "../../../engine/mod.ts";
import { testTransactions } from "../../db/transactions.ts";
import { openNew } from "./open.ts";

freezeRows(true); // what writes to a row that was given out fails here

testTransactions("postgres.js", openNew);
