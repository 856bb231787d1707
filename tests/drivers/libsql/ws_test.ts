import { freezeRows } from "../../../engine/mod.ts";
import { testModel } from "../../model/model.ts";
import { setting } from "../../model/runs.ts";
import { withServers } from "./open.ts";
import { testSuites } from "./suites.ts";

freezeRows(true); // what writes to a row that was given out fails here

// The server and the statements are those of http: in the short form a part is enough.
withServers((servers) => {
  const open = servers.opener("ws");
  if (setting("STRATA_LONG")) testSuites("libsql over ws", open, true);
  else testModel("libsql over ws", open, undefined, 10);
}, 3);
