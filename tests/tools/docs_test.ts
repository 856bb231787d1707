import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);
/** Languages of blocks that are no code, and those whose lines are looked at below. */
const OTHERS = ["text", "sh"];

async function pages(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const add = async (path: string) =>
    void found.set(path, await Deno.readTextFile(new URL(path, ROOT)));
  await add("README.md");
  for await (const { name } of Deno.readDir(new URL("docs", ROOT))) {
    if (name.endsWith(".md")) await add(`docs/${name}`);
  }
  return found;
}

/** What GitHub calls a heading in an address. */
function slug(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
}

Deno.test("every block of code in the guides is one that the tests run", async () => {
  let blocks = 0;
  for (const [path, text] of await pages()) {
    for (const [, language = ""] of text.matchAll(/^```(\S.*)$/gm)) {
      if (language === "ts") blocks++;
      else assert(OTHERS.includes(language), `${path}: ${language}`);
    }
  }
  assert(blocks > 40, `${blocks}`);
});

Deno.test("links in the guides lead to files and headings", async () => {
  const all = await pages();
  for (const [path, text] of all) {
    for (const [, link = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^\w+:/.test(link)) continue;
      const url = new URL(link, new URL(path, ROOT));
      const file = decodeURIComponent(url.pathname);
      assert(await Deno.stat(file).then(() => true, () => false), `${path}: ${link}`);
      if (url.hash === "") continue;
      const target = all.get(file.slice(decodeURIComponent(ROOT.pathname).length)) ?? "";
      const headings = Array.from(target.matchAll(/^#+ (.*)$/gm), ([, title = ""]) => slug(title));
      assert(headings.includes(url.hash.slice(1)), `${path}: ${link}`);
    }
  }
});

Deno.test("every guide is in the index, and tasks that guides name are there", async () => {
  const all = await pages();
  const index = all.get("docs/README.md") ?? "";
  for (const path of all.keys()) {
    const name = path.slice("docs/".length);
    if (!path.startsWith("docs/") || name === "README.md") continue;
    assert(index.includes(`](${name})`), name);
  }
  const named = [...all.values()].flatMap((text) =>
    Array.from(text.matchAll(/deno(?:@2)? task ([\w:]+)/g), ([, task = ""]) => task)
  );
  assertEquals([...new Set(named)].filter((task) => !(task in config.tasks)), []);
});
