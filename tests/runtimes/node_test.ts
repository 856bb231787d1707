import { assertEquals } from "@std/assert";
import { build, stop } from "esbuild";

// Node 20 is the oldest that is tested.
const EXPECTED = ["Walk,write", 2, 6, true, true, true, 0, "0,2,0", "ship"];

Deno.test("the bundled package does on Node what it does on Deno", async () => {
  const entry = new URL("./program.ts", import.meta.url);
  const signals = new URL(import.meta.resolve("@preact/signals-core"));
  const { outputFiles: [bundle] } = await build({
    entryPoints: [decodeURIComponent(entry.pathname)],
    alias: { "@preact/signals-core": decodeURIComponent(signals.pathname) },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  await stop();
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/program.mjs`;
    await Deno.writeFile(file, bundle!.contents);
    for (const command of ["node", Deno.execPath()]) {
      const args = command === "node" ? [file] : ["run", file];
      const { stdout, stderr } = await new Deno.Command(command, { args, env: { NO_COLOR: "1" } })
        .output();
      assertEquals(new TextDecoder().decode(stderr), "", command);
      assertEquals(JSON.parse(new TextDecoder().decode(stdout)), EXPECTED, command);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
