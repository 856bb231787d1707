import config from "../../deno.json" with { type: "json" };

/** The project's folder, with a slash at its end. */
export const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** Where modules lie in the package, as dnt has it. */
const MODULES = "esm";
const VARIANTS_FOLDER = "tools/npm/variants";

/** Sources of the entry points by their keys, as deno.json has them. */
export const ENTRIES: ReadonlyMap<string, string> = new Map(
  Object.entries(config.exports).map(([key, path]) => [key, path.slice("./".length)]),
);

/** A source that stands for an entry point on some platforms. */
export interface Variant {
  readonly source: string;
  /** The conditions under which it does. */
  readonly conditions: readonly Condition[];
}
/** Conditions of `exports`, in their order: bundlers for workerd have that of browsers too. */
export const CONDITIONS = ["workerd", "deno", "bun", "node", "browser"] as const;
export type Condition = typeof CONDITIONS[number];

/** Entry points that import modules of Node, with what stands for them where there are none. */
export const VARIANTS: ReadonlyMap<string, Variant> = new Map([
  ["./drivers/file", variant("file.ts", ["workerd", "browser"])],
  ["./ssr", variant("ssr.ts", ["browser"])],
  ["./ssr/fresh", variant("fresh.ts", ["browser"])],
  ["./ssr/hono", variant("hono.ts", ["browser"])],
]);

/** Sources in whose place another one is compiled. */
export const REPLACED: ReadonlyMap<string, string> = new Map([
  ["drivers/log/file_module.ts", `${VARIANTS_FOLDER}/file_module.ts`],
]);

function variant(file: string, conditions: readonly Condition[]): Variant {
  return { source: `${VARIANTS_FOLDER}/${file}`, conditions };
}

/** The place of a source's module in the package, with another extension: `esm/schema/table.js`. */
export function placeOf(source: string, extension: ".js" | ".d.ts"): string {
  const path = source.startsWith(`${VARIANTS_FOLDER}/`)
    ? `variants/${source.slice(VARIANTS_FOLDER.length + 1)}`
    : source;
  return `${MODULES}/${path.replace(/\.ts$/, extension)}`;
}
