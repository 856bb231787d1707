import { freezeRows } from "../../engine/mod.ts";
import { createStore } from "../../mod.ts";
import { testSource } from "./mod.ts";

freezeRows(true); // what writes to a row that was given out fails here

testSource("store", createStore);
