/**
 * Pages of every entry point, made of its docstrings: `deno task docs`, into `site/`.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };

Deno.chdir(new URL("..", import.meta.url));
const { success } = await new Deno.Command(Deno.execPath(), {
  args: ["doc", "--html", "--name=Strata", "--output=site", ...Object.values(config.exports)],
}).spawn().status;
Deno.exitCode = success ? 0 : 1;
