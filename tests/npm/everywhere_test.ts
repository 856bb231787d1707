/**
 * The npm package, installed by npm, on all runtimes and through the bundlers that it is made for; its sizes.
 * `deno task test:npm`: it fetches them all, so without `STRATA_NPM=1` it is ignored.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { build, stop } from "esbuild";
import { versionsOf } from "../../tools/bundle/peer_packages.ts";
import { packageSizes } from "../../tools/npm/sizes.ts";
import { installRuntimes } from "../runtimes/runtimes.ts";
import { checkTypes } from "./check_types.ts";
import { PROGRAM, serverPrints } from "./expected.ts";
import { inPage, VITE, WORKERD } from "./programs.ts";
import { compiled, consumerPath, packed, run } from "./project.ts";

const ASKED = Deno.env.get("STRATA_NPM") === "1";
const PACKAGES = {
  ...versionsOf(["fake-indexeddb", "typescript"]),
  // The oldest that are to work.
  "@preact/signals-core": "1.9.0",
  "@types/react": "^18",
  preact: "10.25.0",
  react: "^18",
  "@types/node": "^20",
  miniflare: "^4",
  vite: "^7",
};
/** Node 20 has no SQLite of its own. */
const RUNTIMES = ["node 20", "node 22", "node 24", "bun"] as const;
const IN_PAGE = [1, "dark", 4, "rejected", "rejected", ...PROGRAM];

Deno.test({
  name: `the npm package works everywhere${
    ASKED ? "" : " (ignored: fetches much, deno task test:npm)"
  }`,
  ignore: !ASKED,
  sanitizeOps: false, // of the process of esbuild
  sanitizeResources: false,
  async fn(t) {
    await using pack = await packed();
    await using installed = await installRuntimes(RUNTIMES);
    const folder = await Deno.makeTempDir({ prefix: "strata_npm_" });
    try {
      await Deno.writeTextFile(`${folder}/package.json`, '{ "type": "module", "private": true }\n');
      const specifiers = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
      const quiet = ["--no-audit", "--no-fund", "--prefer-offline"];
      await run("npm", ["install", ...quiet, pack.tarball, ...specifiers], { cwd: folder });
      for (const name of ["page.ts", "program.ts", "server.ts"]) {
        await Deno.copyFile(consumerPath(name), `${folder}/${name}`);
      }
      await Deno.writeTextFile(`${folder}/vite.mjs`, VITE);
      await Deno.writeTextFile(`${folder}/workerd.mjs`, WORKERD);
      await compiled("server", folder);
      const node = installed.commandOf("node 24");

      for (const runtime of RUNTIMES) {
        await t.step(runtime, async () => {
          const command = installed.commandOf(runtime);
          const { stdout } = await run(command, ["server.mjs"], { cwd: folder });
          const auto = runtime === "node 20" ? "file" : await sqliteOn(command, folder);
          assertEquals(JSON.parse(stdout), serverPrints(auto));
        });
      }

      await t.step("Deno, with node_modules", async () => {
        const { stdout } = await run(Deno.execPath(), ["run", "-A", "server.mjs"], { cwd: folder });
        assertEquals(JSON.parse(stdout), serverPrints("sqlite"));
      });

      await t.step("workerd, bundled under its conditions", async () => {
        await build({
          entryPoints: [consumerPath("worker.ts")],
          outfile: `${folder}/worker.bundle.mjs`,
          nodePaths: [`${folder}/node_modules`],
          conditions: ["workerd", "worker", "browser"],
          external: ["node:async_hooks"],
          bundle: true,
          format: "esm",
          target: "es2022",
          logLevel: "silent",
        });
        const { stdout } = await run(node, ["workerd.mjs"], { cwd: folder });
        for (const [i, answer] of JSON.parse(stdout).entries()) {
          const [found, path] = answer.split("\n");
          assertEquals(path, ["/a", "/b"][i]);
          assertEquals(JSON.parse(found), {
            results: PROGRAM,
            auto: "memory",
            file: "unsupported",
          });
        }
      });

      await t.step("Vite, for browsers and for servers", async () => {
        await run(node, ["vite.mjs"], { cwd: folder });
        await Deno.writeTextFile(`${folder}/browser.mjs`, inPage("./vite-page/page.mjs"));
        const browser = await run(installed.commandOf("node 20"), ["browser.mjs"], { cwd: folder });
        assertEquals(JSON.parse(browser.stdout), IN_PAGE);
        for await (const { name } of Deno.readDir(`${folder}/vite-page`)) {
          const text = await Deno.readTextFile(`${folder}/vite-page/${name}`);
          assert(!/from ?"node:|__vite-browser-external/.test(text), name);
        }
        // Without node_modules beside it: all of the package is in the bundle.
        const alone = await Deno.makeTempDir({ prefix: "strata_npm_" });
        for await (const { name } of Deno.readDir(`${folder}/vite-server`)) {
          if (!name.endsWith(".mjs") && !name.endsWith(".js") && name !== "assets") continue;
          await run("cp", ["-r", `${folder}/vite-server/${name}`, alone]);
        }
        await Deno.writeTextFile(`${alone}/package.json`, '{ "type": "module" }');
        try {
          const args = ["server.mjs"];
          const { stdout } = await run(installed.commandOf("node 20"), args, { cwd: alone });
          assertEquals(JSON.parse(stdout), serverPrints("file"));
        } finally {
          await Deno.remove(alone, { recursive: true });
        }
      });

      await t.step("tsc --strict with moduleResolution bundler and nodenext", async () => {
        await checkTypes(folder, ["every", "page", "server"]);
      });

      await t.step("sizes", async () => {
        const rows = await packageSizes(folder);
        const over: string[] = [];
        for (const { name, gzip, targetKb, limitKb = targetKb } of rows) {
          const [kb, target] = [gzip / 1_000, targetKb].map((size) => size.toFixed(1));
          const state = gzip <= targetKb * 1_000 ? "met" : "missed";
          console.log(`${name.padEnd(60)} ${kb} kB, target ${target} kB, ${state}`);
          if (gzip > limitKb * 1_000) over.push(name);
        }
        assertEquals(over, []);
      });
    } finally {
      await stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** What `autoDriver` takes on a runtime, by whether there is a node:sqlite. */
async function sqliteOn(command: string, cwd: string): Promise<"file" | "sqlite"> {
  const program = `console.log(!!process.getBuiltinModule?.("node:sqlite"))`;
  const { stdout } = await run(command, ["-e", program], { cwd });
  return stdout.trim() === "true" ? "sqlite" : "file";
}
