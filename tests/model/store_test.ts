import { freezeRows } from "../../engine/mod.ts";
import { createStore } from "../../mod.ts";
import { testModel } from "./model.ts";

freezeRows(true); // what writes to a row that was given out fails here

testModel("store", createStore);
