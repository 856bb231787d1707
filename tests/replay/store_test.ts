import { createStore } from "../../mod.ts";
import { testReplay } from "./replay.ts";

testReplay("store", createStore);
