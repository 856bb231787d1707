/**
 * Builds the npm package anywhere: `deno task npm [--out=folder] [--repository=address]`, into `npm/`.
 *
 * ES modules in `esm/`, one for each source, by esbuild; declarations beside them by TypeScript; source maps
 * that hold their sources. `tools/npm_dnt.ts` builds the same layout with dnt.
 *
 * @module
 */
import { stop } from "esbuild";
import { buildPackage } from "./npm/package.ts";
import { ROOT } from "./npm/layout.ts";

const out = option("out") ?? `${ROOT}npm`;
const repository = option("repository");
const files = await buildPackage(out, repository === undefined ? {} : { repository });
await stop();
const bytes = Array.from(files.values()).reduce((sum, text) => sum + text.length, 0);
console.log(`${files.size} files, ${(bytes / 1_000).toFixed(0)} kB. Next: npm pack, npm publish`);

function option(name: string): string | undefined {
  const prefix = `--${name}=`;
  return Deno.args.find((arg) => arg.startsWith(prefix))?.slice(prefix.length);
}
