/**
 * Bundle sizes against their targets: `deno run -A tools/size.ts [--peers]`.
 *
 * Bundles the programs in `tools/size/`, minified for the browser, and prints a table in kB
 * of 1,000 bytes. Exits with 1 when a row is over its limit: its target, or while that is missed
 * the figure that it must not pass. With `--peers` the table has
 * what other libraries take for the same, installed for the purpose.
 *
 * @module
 */
import { stop } from "esbuild";
import { type BundleSize, bundleSize } from "./bundle/bundle.ts";
import { peerPackages } from "./bundle/peer_packages.ts";
import { PEER_ROWS, SIZE_ROWS } from "./bundle/rows.ts";

let passed = false;
console.log(line("", "minified", "gzip", "target", ""));
for (const { name, entry, targetKb, limitKb = targetKb, external = [] } of SIZE_ROWS) {
  const file = new URL(`./size/${entry}`, import.meta.url);
  if (!await exists(file)) continue;
  const size = await bundleSize({ file, external });
  const met = size.gzip <= targetKb * 1_000;
  passed ||= size.gzip > limitKb * 1_000;
  printRow(name, size, `${targetKb.toFixed(1)} kB`, met ? "met" : "missed");
}
if (Deno.args.includes("--peers")) {
  await using peers = await peerPackages(PEER_ROWS.map((row) => row.package));
  for (const { name, program } of PEER_ROWS) {
    printRow(name, await bundleSize({ program, folder: peers.folder }), "", "");
  }
}
await stop();
Deno.exitCode = passed ? 1 : 0;

function printRow(
  name: string,
  { minified, gzip }: BundleSize,
  target: string,
  state: string,
): void {
  console.log(line(name, kB(minified), kB(gzip), target, state));
}

function line(name: string, ...cells: [string, string, string, string]): string {
  const [minified, gzip, target, state] = cells;
  return [name.padEnd(42), ...[minified, gzip, target].map((cell) => cell.padStart(10)), state]
    .join("  ").trimEnd();
}

function kB(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}

async function exists(file: URL): Promise<boolean> {
  try {
    await Deno.stat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
