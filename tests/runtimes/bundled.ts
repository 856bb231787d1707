import { build, stop } from "esbuild";

/** Bundles a program into one file, with packages found in `folder`. */
export async function bundled(program: URL, folder: string): Promise<string> {
  const file = `${folder}/${program.pathname.split("/").at(-1)?.replace(/\.ts$/, ".mjs")}`;
  const path = (url: string | URL) => decodeURIComponent(new URL(url).pathname);
  await build({
    entryPoints: [path(program)],
    outfile: file,
    alias: { "@std/assert": path(import.meta.resolve("@std/assert")) },
    nodePaths: [`${folder}/node_modules`],
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2022",
    logLevel: "silent",
    // Stacks name functions, and files stay readable.
    keepNames: true,
  });
  await stop();
  return file;
}
