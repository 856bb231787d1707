/** @jsxImportSource preact */
/**
 * The browser's side, bundled as `/client.js`: the first render has the rows that are in the page.
 *
 * @module
 */
import "@preact/signals";
import { hydrate as hydrateComponents } from "preact";
import { openDatabase } from "@strata/data";
import { indexedDbDriver } from "@strata/data/drivers/indexed-db";
import { hydrate } from "@strata/data/ssr/hydrate";
import { Provider } from "@strata/data/ui/preact";
import { List } from "./list.tsx";
import { schema } from "./schema.ts";

const db = await openDatabase(schema, indexedDbDriver(indexedDB, { name: "notes" }));
await hydrate({ notes: db });
const main = document.querySelector("main");
if (main) {
  hydrateComponents(
    <Provider source={db}>
      <List />
    </Provider>,
    main,
  );
}
