/** @jsxImportSource preact */
/**
 * @module
 */
import { render } from "preact-render-to-string";
import { dehydrate } from "@strata/data/ssr";
import { App } from "../view/app.tsx";
import { createExplorer, ExplorerContext, type FirstPage } from "../view/explorer.ts";
import type { Assets } from "./assets.ts";

/** A whole page; what it was rendered from is in it, so the browser needs no request to go on. */
export function documentOf(page: FirstPage, assets: Assets): string {
  const app = render(
    <ExplorerContext.Provider value={createExplorer(page)}>
      <App />
    </ExplorerContext.Provider>,
  );
  const preloads = assets.preloads.map((path) => `<link rel="modulepreload" href="${path}">`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="135,233 cities: one query, answered by SQLite and by IndexedDB">
<title>Strata Atlas</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/style.css">
${preloads.join("\n")}
<script type="module" src="/client.js"></script>
</head>
<body>
<div id="app">${app}</div>
${dehydrate({ page })}
</body>
</html>
`;
}
