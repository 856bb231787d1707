import { PLACES } from "../../support/places.ts";
import { testCacheOn } from "./mod.ts";

for (const kind of PLACES) testCacheOn(kind);
