/**
 * What a page has: every entry point that runs in a browser, and those of servers, which only a server may use.
 *
 * @module
 */
import { openDatabase, query, table, text, webstorage } from "@strata/data";
import { autoDriver } from "@strata/data/drivers/auto";
import { fileDriver } from "@strata/data/drivers/file";
import { indexedDbDriver } from "@strata/data/drivers/indexed-db";
import { opfsDriver } from "@strata/data/drivers/opfs";
import "@strata/data/drivers/opfs-worker";
import { webStorageDriver } from "@strata/data/drivers/web-storage";
import { withScope } from "@strata/data/ssr";
import { freshData } from "@strata/data/ssr/fresh";
import { honoData } from "@strata/data/ssr/hono";
import { h, type VNode } from "preact";
import { createElement, type ReactElement } from "react";
import { Provider, useLive } from "@strata/data/ui/preact";
import { Provider as ReactProvider, useLive as useRows } from "@strata/data/ui/react";
import { program } from "./program.ts";

const notes = table("notes", { id: text().primaryKey() });
const theme = webstorage("local", { namespace: "page" });

/** Drivers, of which a page takes one. */
export const drivers = [
  () => autoDriver("notes"),
  () => indexedDbDriver(indexedDB, { name: "notes" }),
  () => opfsDriver({ name: "notes" }),
  () => webStorageDriver(localStorage, { name: "notes" }),
];

function Count(): VNode {
  return h("p", null, useLive(query(notes)).value.length);
}
function Rows(): ReactElement {
  return createElement("p", null, useRows(query(notes)).length);
}

/** The parts of the page, and what is refused there. */
export async function page(): Promise<readonly unknown[]> {
  const db = await openDatabase({ tables: [notes] }, indexedDbDriver(indexedDB, { name: "page" }));
  await db.upsert(notes, { id: "a" });
  theme.set("theme", "dark");
  const parts = [
    h(Provider, { source: db }, h(Count, null)),
    createElement(ReactProvider, { source: db }, createElement(Rows)),
    typeof freshData(),
    typeof honoData(),
  ];
  const refused = await Promise.allSettled([
    openDatabase({ tables: [notes] }, fileDriver("notes.strata")),
    withScope(() => new Response())(new Request("http://localhost/")),
  ]);
  const found = [await db.count(query(notes)), theme.get("theme"), parts.length];
  await db.close();
  return [...found, ...refused.map(({ status }) => status), ...await program()];
}
