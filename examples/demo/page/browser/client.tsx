/** @jsxImportSource preact */
/**
 * The browser's side. It takes over the page as it is, and opens the database behind it.
 *
 * @module
 */
import { effect } from "@preact/signals";
import { hydrate as hydrateComponents } from "preact";
import { hydrate } from "@strata/data/ssr/hydrate";
import { App } from "../view/app.tsx";
import { createExplorer, ExplorerContext, type FirstPage } from "../view/explorer.ts";
import { followAddress } from "./address.ts";
import { connectDatabase } from "./database.ts";
import { followNetwork, keepOffline } from "./network.ts";
import { followStars, star } from "./stars.ts";
import { editCity } from "./edits.ts";

// The server wrote it in this shape.
const { page } = await hydrate({}) as { page: FirstPage };
const explorer = createExplorer(page, {
  star,
  edit: async (city, patch) => {
    const database = explorer.opened.peek();
    if (database) await editCity(database, city, patch);
  },
});
hydrateComponents(
  <ExplorerContext.Provider value={explorer}>
    <App />
  </ExplorerContext.Provider>,
  document.querySelector("#app") ?? document.body,
);

// From here on the page may differ from what the server has rendered.
document.documentElement.dataset.state = "hydrated";
effect(() => {
  explorer.starred.value = followStars();
});
followAddress(explorer);
followNetwork(explorer);
await Promise.all([connectDatabase(explorer), keepOffline()]);
