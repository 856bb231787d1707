import { build, stop } from "esbuild";

/** A site on 127.0.0.1 with a script of ours on its page. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  /** The script, for pages that can't load it. */
  readonly script: string;
}

/**
 * Bundles `entry` and serves it: `/` is a page with it, `/page.js` the script. With `folder` packages are
 * those in its `node_modules`, with what they need. `others` are more scripts by their paths; a module of
 * WebAssembly among them is served as it is.
 */
export async function serveSite(
  entry: URL,
  folder?: string,
  others: Readonly<Record<string, URL>> = {},
): Promise<Site> {
  const script = await bundle(entry, folder);
  const scripts = new Map([["/page.js", script]]);
  const modules = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [path, url] of Object.entries(others)) {
    if (path.endsWith(".wasm")) modules.set(path, await Deno.readFile(url));
    else scripts.set(path, await bundle(url, folder));
  }
  await stop();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const module = modules.get(pathname);
    if (module) return new Response(module, { headers: { "content-type": "application/wasm" } });
    const found = scripts.get(pathname);
    const html = `<!doctype html><title>Strata</title><script src="/page.js"></script>`;
    return new Response(found ?? html, {
      headers: { "content-type": found ? "text/javascript" : "text/html; charset=utf-8" },
    });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    script,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function bundle(entry: URL, folder: string | undefined): Promise<string> {
  const { outputFiles: [file] } = await build({
    entryPoints: [decodeURIComponent(entry.pathname)],
    bundle: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "silent",
    nodePaths: folder === undefined ? [] : [`${folder}/node_modules`],
    plugins: [{
      name: "import-map",
      setup({ onLoad, onResolve }) {
        // A page has no process of its own to measure.
        onResolve({ filter: /^node:process$/ }, ({ path }) => ({ path, namespace: "process" }));
        onLoad({ filter: /./, namespace: "process" }, () => ({
          contents: "export default { env: {}, cpuUsage: () => ({ user: 0, system: 0 }) };",
        }));
        onResolve(
          { filter: /^[^./]/ },
          ({ path }) =>
            folder !== undefined && !path.startsWith("@std/")
              ? undefined
              : { path: decodeURIComponent(new URL(import.meta.resolve(path)).pathname) },
        );
      },
    }],
  });
  return file?.text ?? "";
}
