/** The types of an asynchronous source, as the suites call them. */
export type {
  AsyncVerbs,
  Database as AsyncSource,
  Transaction as AsyncTransaction,
} from "../../mod.ts";
