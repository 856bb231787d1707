import { isRelative, visitImports } from "./imports.ts";
import { liesIn, projectPath, resolvePath } from "./paths.ts";

const TIERS = ["schema/", "query/", "engine/", "store/", "webstorage/", "db/"];
const LAYOUTS = ["db/cache/", "db/blobs/"];

/**
 * Who may import whom, besides itself. The most precise place that holds a file counts, so
 * `db/cache/` is a place of its own that `db/` does not reach.
 */
const LAYERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["schema/", []],
  ["query/", ["schema/"]],
  ["engine/", ["schema/", "query/"]],
  ["store/", ["schema/", "query/", "engine/"]],
  ["webstorage/", ["schema/"]],
  ["db/", ["schema/", "query/", "engine/"]],
  ["db/cache/", ["schema/", "query/", "engine/", "db/"]],
  ["db/blobs/", ["schema/", "query/", "engine/", "db/"]],
  ["drivers/", ["schema/", "query/", "engine/", "db/"]],
  ["ssr/", [...TIERS, ...LAYOUTS]],
  ["ui/", [...TIERS, ...LAYOUTS]],
  ["mod.ts", TIERS],
]);

/** Single files that may import one thing more. */
const EXCEPTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  // Safe access to an area, its quota and its events are there already.
  ["drivers/web_storage.ts", ["webstorage/area.ts"]],
]);

/** The one driver that picks others, each loaded when it is picked. */
const CHOOSER = "drivers/auto.ts";

/** That imports between folders go the way of the table above. */
export const layers: Deno.lint.Rule = {
  create(ctx) {
    const from = projectPath(ctx.filename);
    const place = placeOf(from);
    if (place === undefined) return {};
    return visitImports(({ node, specifier, dynamic }) => {
      if (!isRelative(specifier)) return;
      const to = resolvePath(from, specifier);
      if (mayImport(from, place, to, dynamic)) return;
      const allowed = LAYERS.get(place)?.join(", ") || "nothing";
      ctx.report({
        node,
        message: `Cannot import "${to}" as ${place} may import ${allowed}: "${from}"`,
        hint: isDriver(to)
          ? "A driver is one file: what drivers share is in drivers/log/ or drivers/sql/"
          : "Move what both need into a place that both may import",
      });
    });
  },
};

function mayImport(from: string, place: string, to: string, dynamic: boolean): boolean {
  if (EXCEPTIONS.get(from)?.includes(to)) return true;
  if (isDriver(to) && to !== from) return from === CHOOSER && dynamic;
  const target = placeOf(to);
  return target !== undefined && (target === place || LAYERS.get(place)?.includes(target) === true);
}

/** The longest place of the table that holds `path`; undefined outside shipped code. */
function placeOf(path: string): string | undefined {
  return [...LAYERS.keys()]
    .filter((place) => liesIn(path, place))
    .sort((a, b) => b.length - a.length)[0];
}

/** Files directly in `drivers/` are drivers; its folders hold what they share. */
function isDriver(path: string): boolean {
  return /^drivers\/[^/]+$/.test(path);
}
