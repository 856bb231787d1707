import { createStore } from "../../mod.ts";
import { testModel } from "./model.ts";

testModel("store", createStore);
