/**
 * Settings as a page keeps them: `deno run -A examples/settings/main.ts`. A page would open
 * `webstorage("local", options)`; here they are in memory.
 *
 * @module
 */
import { webstorage } from "@strata/data/webstorage";
import { change, options, read, toggle } from "./settings.ts";

const storage = webstorage("memory", options);
storage.onDegraded((reason) => console.log(`Settings will be gone after a reload: ${reason}`));
storage.subscribe("reader", (value) => console.log("now", value));

console.log("first visit", read(storage));
change(storage, { theme: "dark" });
toggle(storage, "inbox");
toggle(storage, "sent");
toggle(storage, "inbox");
