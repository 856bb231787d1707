import { isRelative, visitImports } from "./imports.ts";
import { isShipped, liesIn, projectPath } from "./paths.ts";

/** Where shipped code may import which package; nothing else is allowed anywhere. */
const PACKAGES: ReadonlyMap<string, readonly string[]> = new Map([
  ["@preact/signals-core", ["engine/", "webstorage/", "ui/"]],
  ["preact", ["ui/preact.ts", "ui/preact/"]],
  ["react", ["ui/react.ts", "ui/react/"]],
  ["node:async_hooks", ["ssr/"]],
]);

/** Where the other built-ins may stand, by feature test or conditional export. */
const BUILT_INS = ["drivers/file.ts", "drivers/sqlite_worker.ts", "drivers/auto.ts", "db/blobs/"];

/** Runs in the browser, so it is out of what its folder may import. */
const BROWSER_ONLY = "ssr/hydrate.ts";

/** That shipped code imports only the packages that the design names, where it names them. */
export const packages: Deno.lint.Rule = {
  create(ctx) {
    const path = projectPath(ctx.filename);
    if (!isShipped(path)) return {};
    return visitImports(({ node, specifier }) => {
      if (isRelative(specifier)) return;
      const places = placesOf(specifier);
      if (path !== BROWSER_ONLY && places.some((place) => liesIn(path, place))) return;
      const rule = places.length > 0
        ? `it is for ${places.join(", ")}`
        : "shipped code has a closed list of packages";
      ctx.report({
        node,
        message: `Cannot import "${specifier}" as ${rule}: "${path}"`,
        hint: "Clients come in as arguments, typed by the methods that are called",
      });
    });
  },
};

function placesOf(specifier: string): readonly string[] {
  const depth = specifier.startsWith("@") ? 2 : 1;
  const name = specifier.split("/", depth).join("/");
  return PACKAGES.get(name) ?? (name.startsWith("node:") ? BUILT_INS : []);
}
