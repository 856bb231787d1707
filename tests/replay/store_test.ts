import { freezeRows } from "../../engine/mod.ts";
import { createStore } from "../../mod.ts";
import { testReplay } from "./replay.ts";

freezeRows(true); // what writes to a row that was given out fails here

testReplay("store", createStore);
