import { freezeRows } from "../../../engine/mod.ts";
import { testSource } from "../../conformance/mod.ts";
import { setting } from "../../model/runs.ts";
import { withServers } from "./open.ts";
import { testSuites } from "./suites.ts";

freezeRows(true); // what writes to a row that was given out fails here

withServers((servers) => {
  const open = servers.opener("http");
  testSuites("libsql over http", open, true);
  if (!setting("STRATA_LONG")) testSource("libsql over http", open);
}, 3);
