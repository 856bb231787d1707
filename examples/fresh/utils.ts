import { createDefine } from "fresh";
import type { Scope } from "@strata/data/ssr/fresh";

/** What middleware, handlers and pages share. */
export interface State {
  data: Scope;
}

export const define = createDefine<State>();
