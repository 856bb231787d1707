const CONFIG = new URL("../../deno.json", import.meta.url);

/**
 * Milliseconds that `deno check` takes for `program` when nothing of it was checked before:
 * every cache is new but that of npm packages, which would be downloaded again.
 *
 * @throws {TypeError} When the program has type errors.
 */
export async function coldCheck(program: string): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/program.ts`, program);
    await Deno.mkdir(`${folder}/cache`);
    await Deno.symlink(`${await denoDir()}/npm`, `${folder}/cache/npm`);
    const start = performance.now();
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--no-lock", "--config", CONFIG.pathname, `${folder}/program.ts`],
      env: { DENO_DIR: `${folder}/cache`, NO_COLOR: "1" },
    }).output();
    const ms = performance.now() - start;
    if (!success) {
      const errors = new TextDecoder().decode(stderr).trim().slice(0, 4_000);
      throw new TypeError(`Cannot time a type check as it is to pass: ${errors}`);
    }
    return ms;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { denoDir } = JSON.parse(new TextDecoder().decode(stdout));
  return denoDir;
}
