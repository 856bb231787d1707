import { createStore } from "../../mod.ts";
import { testSource } from "./mod.ts";

testSource("store", createStore);
