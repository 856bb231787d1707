import type { Driver } from "../../db/driver.ts";

/**
 * The module of `fileDriver`, which imports modules of Node. By a computed name, or a bundler for browsers would
 * look for them; the package on npm has this by a name of its own (`tools/npm/variants/file_module.ts`).
 */
export async function fileModule(): Promise<{ fileDriver(path: string): Driver }> {
  const file = import.meta.url.replace(/log\/file_module(\.\w+)$/, "file$1");
  return await import(file) as { fileDriver(path: string): Driver }; // it has
}
