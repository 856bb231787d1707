import { App, staticFiles } from "fresh";
import { freshData } from "@strata/data/ssr/fresh";
import type { State } from "./utils.ts";

export const app = new App<State>()
  .use(staticFiles())
  .use(freshData<State>())
  .fsRoutes();
