import { freezeRows } from "../../../engine/mod.ts";
import { testSource } from "../../conformance/mod.ts";
import { testModel } from "../../model/model.ts";
import { testDatabaseReplay } from "../../replay/database.ts";
import { openInMemory, openOnFile } from "./open.ts";

freezeRows(true); // what writes to a row that was given out fails here

testDatabaseReplay("sqlite in memory", openInMemory);
testDatabaseReplay("sqlite on a file", openOnFile);
testSource("sqlite on a file", openOnFile);
testModel("sqlite on a file", openOnFile);
