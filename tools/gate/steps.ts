import config from "../../deno.json" with { type: "json" };

/** One command of the gate. */
export interface Step {
  readonly name: string;
  /** For the running Deno, from the project's root. */
  readonly args: readonly string[];
  /** Whether its output ends with the summary of `deno test`, whose tests count one by one. */
  readonly tests?: boolean;
}

/** What is published, as far as it holds code or examples. */
const SHIPPED = config.publish.include.filter((path) => !/^LICENSE$|\.json$/.test(path));

/** What runs in a browser too, so knows neither Deno nor Node. */
const ISOMORPHIC = [
  ...["mod.ts", "schema", "query", "engine", "store", "webstorage", "db", "drivers"],
  ...["ssr/hydrate.ts", "ui"],
];

/** Tests that start a database server, which have a task of their own: `test:servers`. */
const SERVERS = ["tests/drivers/libsql", "tests/drivers/postgres"];

/** Pages whose blocks of code are run. */
const GUIDES = "docs";

/** Entry points of the package. */
const ENTRIES = Object.values(config.exports);

/** The steps of the gate, longest first. Folders that aren't there yet are left out. */
export function gateSteps(): Step[] {
  const shipped = SHIPPED.filter(exists);
  const isomorphic = ISOMORPHIC.filter(exists);
  const others = ["tests", "tools", "examples"].filter(exists);
  return [
    {
      name: "tests",
      // Types are checked beside it, by the next step.
      args: ["test", "-A", "--no-check", "--doc", "--parallel", "--permit-no-files"]
        .concat(`--ignore=${SERVERS.join()}`, "tests", GUIDES, shipped),
      tests: true,
    },
    { name: "types", args: ["check", "--quiet", "--doc", ...shipped, GUIDES, ...others] },
    ...(isomorphic.length > 0
      ? [{
        name: "isomorphic",
        args: ["check", "--quiet", "--config", "tools/isomorphic.json", ...isomorphic],
      }]
      : []),
    { name: "size", args: ["run", "-A", "--no-check", "tools/size.ts"] },
    { name: "lint", args: ["lint"] },
    { name: "publish", args: ["publish", "--dry-run", "--allow-dirty", "--no-check"] },
    { name: "docs", args: ["doc", "--lint", ...ENTRIES] },
    { name: "format", args: ["fmt", "--check"] },
  ];
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
