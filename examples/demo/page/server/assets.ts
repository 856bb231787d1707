/**
 * What browsers load: scripts, bundled from `browser/`, and a style.
 *
 * @module
 */
import { bundle, type Script } from "./bundle.ts";

export interface Asset {
  readonly text: string;
  readonly type: string;
}

export interface Assets {
  /** By path. */
  readonly files: ReadonlyMap<string, Asset>;
  /** Modules that the page's script imports. */
  readonly preloads: readonly string[];
}

const SCRIPT = "text/javascript; charset=utf-8";
const STATIC = [["/style.css", "text/css; charset=utf-8"], ["/icon.svg", "image/svg+xml"]] as const;
const SERVICE_WORKER = "/service_worker.js";

/** Reads and bundles everything. */
export async function loadAssets(): Promise<Assets> {
  const files = new Map<string, Asset>();
  for (const [path, type] of STATIC) {
    files.set(path, { text: await Deno.readTextFile(new URL(`..${path}`, import.meta.url)), type });
  }
  const scripts = await bundle(["client.tsx", "seed_worker.ts", "service_worker.ts"]);
  for (const { path, text } of scripts) files.set(path, { text, type: SCRIPT });
  files.set(SERVICE_WORKER, { text: await serviceWorker(files), type: SCRIPT });
  return { files, preloads: preloadsOf(scripts) };
}

/** The worker with the list of what it keeps, which is another one when anything has changed. */
async function serviceWorker(files: ReadonlyMap<string, Asset>): Promise<string> {
  const texts = Array.from(files.values(), ({ text }) => text).join("\n");
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts));
  const shell = {
    version: new Uint8Array(hash).toHex().slice(0, 16),
    paths: ["/", ...files.keys()].filter((path) => path !== SERVICE_WORKER),
  };
  const script = files.get(SERVICE_WORKER)?.text ?? "";
  return `self.shell = ${JSON.stringify(shell)};\n${script}`;
}

function preloadsOf(scripts: readonly Script[]): readonly string[] {
  return scripts.find(({ path }) => path === "/client.js")?.imports ?? [];
}
