import config from "../../deno.json" with { type: "json" };

/**
 * A folder whose `node_modules` holds `packages` in the versions of deno.json, with what they
 * need, so that a bundler finds it all as in an application. Removed when disposed of.
 */
export async function peerPackages(
  packages: readonly string[],
): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = await Deno.makeTempDir();
  const versions = Object.entries(config.imports)
    .filter(([name]) => packages.includes(name))
    .map(([name, specifier]) => [name, specifier.slice(specifier.lastIndexOf("@") + 1)]);
  const manifest = { dependencies: Object.fromEntries(versions) };
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(manifest));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--node-modules-dir=auto"],
    cwd: folder,
  }).output();
  if (!success) {
    const reason = new TextDecoder().decode(stderr).trim();
    throw new TypeError(`Cannot measure peers as their packages come from npm: ${reason}`);
  }
  return {
    folder,
    async [Symbol.asyncDispose](): Promise<void> {
      await Deno.remove(folder, { recursive: true });
    },
  };
}
