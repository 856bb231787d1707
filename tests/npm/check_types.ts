import { consumerPath, run } from "./project.ts";

const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  target: "es2022",
  allowImportingTsExtensions: true,
};
/** Entry points whose types are made of those of a browser. */
const OF_PAGES = /indexed-db|opfs|web-storage|^\.\/ui\//;

/** What is checked, as parts of `tsconfig.json`. */
const CHECKS = {
  every: {
    module: "nodenext",
    moduleResolution: "nodenext",
    lib: ["es2022", "dom", "dom.iterable"],
    types: [],
    files: ["every.ts"],
  },
  /** Libraries of a browser alone, and no later ones than of 2022. */
  page: {
    module: "esnext",
    moduleResolution: "bundler",
    lib: ["es2022", "dom", "dom.iterable"],
    types: [],
    files: ["page.ts", "every.ts"],
  },
  /** No library of a browser but what the types of Node have. */
  server: {
    module: "nodenext",
    moduleResolution: "nodenext",
    lib: ["es2022"],
    types: ["node"],
    files: ["server.ts", "node.ts"],
  },
};

/**
 * Checks programs against the package in a project by the project's `tsc`, declarations of packages included.
 *
 * @throws {Error} With what it says.
 */
export async function checkTypes(
  folder: string,
  checks: readonly (keyof typeof CHECKS)[],
): Promise<void> {
  for (const name of ["page.ts", "program.ts", "server.ts"]) {
    await Deno.copyFile(consumerPath(name), `${folder}/${name}`);
  }
  await Deno.writeTextFile(`${folder}/every.ts`, await importsOf(folder, () => true));
  const onServer = (key: string) => !OF_PAGES.test(key);
  await Deno.writeTextFile(`${folder}/node.ts`, await importsOf(folder, onServer));
  for (const name of checks) {
    const { files, ...options } = CHECKS[name];
    const config = { compilerOptions: { ...STRICT, ...options }, files };
    await Deno.writeTextFile(`${folder}/tsconfig.${name}.json`, JSON.stringify(config));
    const args = ["node_modules/typescript/bin/tsc", "-p", `tsconfig.${name}.json`];
    await run("node", args, { cwd: folder });
  }
}

/** A program that imports the types of entry points. */
async function importsOf(folder: string, takes: (key: string) => boolean): Promise<string> {
  const text = await Deno.readTextFile(`${folder}/node_modules/@strata/data/package.json`);
  const keys = Object.keys(JSON.parse(text).exports).filter((key) => !key.endsWith(".json"));
  const lines = keys.filter(takes).map((key, i) =>
    `import * as entry${i} from "${key.replace(".", "@strata/data")}"; void entry${i};`
  );
  return `${lines.join("\n")}\n`;
}
