// Programs as text, since the packages that they import are none of this project's.

/** Builds `page.ts` for browsers, and `server.ts` for a server with the package inside the bundle. */
export const VITE = `import { build } from "vite";

const quiet = { configFile: false, logLevel: "error" };
const output = { entryFileNames: "[name].mjs" };
await build({
  ...quiet,
  build: {
    outDir: "vite-page",
    minify: false,
    lib: { entry: "page.ts", formats: ["es"], fileName: "page" },
    rollupOptions: { output },
  },
});
await build({
  ...quiet,
  ssr: { noExternal: true },
  build: { outDir: "vite-server", ssr: "server.ts", rollupOptions: { output } },
});
`;

/** Runs `worker.bundle.mjs` in workerd and prints what it answers to two requests. */
export const WORKERD = `import { Miniflare } from "miniflare";

const worker = new Miniflare({
  modules: [{ type: "ESModule", path: "worker.bundle.mjs" }],
  compatibilityDate: "2025-06-01",
  compatibilityFlags: ["nodejs_als"],
});
try {
  const answers = ["/a", "/b"].map(async (path) =>
    await (await worker.dispatchFetch("http://localhost" + path)).text()
  );
  console.log(JSON.stringify(await Promise.all(answers)));
} finally {
  await worker.dispose();
}
`;

/** What runs a bundle of `page.ts` where there is no page. */
export function inPage(bundle: string): string {
  return `import "fake-indexeddb/auto";
globalThis.location = new URL("http://localhost/");
process.type = "renderer"; // as pages of Electron have it
const { page } = await import("${bundle}");
console.log(JSON.stringify(await page()));
process.exit(); // channels to other tabs stay open as long as a page
`;
}
