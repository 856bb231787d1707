import plugin from "../../tools/lint_plugin.ts";

/** What `rule` says of a file at `path` with that source: its messages, in order. */
export function lint(rule: string, path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source)
    .filter(({ id }) => id === `strata/${rule}`)
    .map(({ message }) => message);
}
