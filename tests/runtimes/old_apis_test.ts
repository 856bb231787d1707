import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

/** What Node 20 has not, as far as a text shows it. */
const LATER =
  /\b(?:Promise\.(?:withResolvers|try)|PromiseWithResolvers|Array\.fromAsync|RegExp\.escape|(?:Object|Map)\.groupBy|Iterator\.from|Error\.isError|Math\.sumPrecise|Uint8Array\.from(?:Hex|Base64))\b|\.(?:toHex|isSubsetOf|isSupersetOf|isDisjointFrom|symmetricDifference)\(|^\s*(?:await )?using /m;

async function* modules(path: string): AsyncGenerator<string> {
  const url = new URL(`../../${path}`, import.meta.url);
  if (path.endsWith(".ts")) yield path;
  if (!(await Deno.stat(url)).isDirectory) return;
  for await (const { name } of Deno.readDir(url)) yield* modules(`${path}/${name}`);
}

Deno.test("shipped code uses nothing that Node 20 has not", async () => {
  const shipped = new Set([...config.publish.include, "db", "drivers"]);
  const found: string[] = [];
  for (const top of shipped) {
    for await (const path of modules(top)) {
      const text = await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
      const code = text.replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
      const [use] = LATER.exec(code) ?? [];
      if (use !== undefined) found.push(`${path}: ${use}`);
    }
  }
  assertEquals(found, []);
});
