import { freezeRows } from "../../../engine/mod.ts";
import { openOnFile } from "./open.ts";
import { testSuites } from "./suites.ts";

freezeRows(true); // what writes to a row that was given out fails here

testSuites("libsql on a file", openOnFile, false);
