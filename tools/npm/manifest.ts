import config from "../../deno.json" with { type: "json" };
import { CONDITIONS, ENTRIES, placeOf, VARIANTS } from "./layout.ts";

/** What only the one who publishes knows. */
export interface PackageOptions {
  /** The address of the repository, as `package.json` has it. */
  readonly repository?: string;
}

/** Packages that programs bring, since two copies would not see each other; by the versions that work. */
const PEERS = { "@preact/signals-core": "^1.9.0", preact: "^10.25.0", react: ">=18" };
/** Peers of one entry point alone. */
const OPTIONAL = ["preact", "react"];
/** Importing these is all there is to do, so that a bundler may not leave them out. */
const WITH_EFFECTS = ["./drivers/opfs-worker", "./drivers/sqlite-worker-thread"];

/** The package's `package.json`. */
export function manifest(options: PackageOptions = {}): Record<string, unknown> {
  return {
    name: config.name,
    version: config.version,
    description:
      "One data layer for TypeScript in browsers, Deno, Node, Bun and workers: one schema, one query, the same rows from every engine",
    keywords: [
      "database",
      "indexeddb",
      "live-query",
      "local-first",
      "query",
      "signals",
      "sqlite",
      "store",
    ],
    license: config.license,
    ...(options.repository === undefined
      ? {}
      : { repository: { type: "git", url: options.repository } }),
    type: "module",
    sideEffects: WITH_EFFECTS.flatMap((key) => {
      const source = ENTRIES.get(key);
      return source === undefined ? [] : [`./${placeOf(source, ".js")}`];
    }),
    engines: { node: ">=20" },
    exports: {
      ...Object.fromEntries(Array.from(ENTRIES, ([key, source]) => [key, targets(key, source)])),
      "./package.json": "./package.json",
    },
    peerDependencies: PEERS,
    peerDependenciesMeta: Object.fromEntries(OPTIONAL.map((name) => [name, { optional: true }])),
  };
}

/** What an entry point is, by condition; the types are the same everywhere. */
function targets(key: string, source: string): Record<string, string> {
  const [types, file] = [`./${placeOf(source, ".d.ts")}`, `./${placeOf(source, ".js")}`];
  const variant = VARIANTS.get(key);
  if (!variant) return { types, default: file };
  const other = `./${placeOf(variant.source, ".js")}`;
  const byCondition = CONDITIONS.map((
    name,
  ) => [name, variant.conditions.includes(name) ? other : file]);
  return { types, ...Object.fromEntries(byCondition), default: file };
}
