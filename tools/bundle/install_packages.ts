/** A folder whose `node_modules` holds packages; removed when disposed of. */
export interface PackageFolder extends AsyncDisposable {
  readonly folder: string;
}

/**
 * Installs packages from npm into a folder of its own, by what a `package.json` has under
 * `dependencies`. Deno keeps what it has fetched, so that only the first time takes long.
 */
export async function installPackages(
  dependencies: Readonly<Record<string, string>>,
): Promise<PackageFolder> {
  const folder = await Deno.makeTempDir({ prefix: "strata_packages_" });
  const remove = () => Deno.remove(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ dependencies }));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--node-modules-dir=auto"],
    cwd: folder,
  }).output();
  if (!success) {
    await remove();
    const reason = new TextDecoder().decode(stderr).trim();
    const names = Object.keys(dependencies).join(", ");
    throw new TypeError(`Cannot go on as ${names} come from npm: ${reason}`);
  }
  return { folder, [Symbol.asyncDispose]: remove };
}
