import { findPrograms, type Programs, tempFolder } from "./programs.ts";

/** Who runs the server; PostgreSQL refuses root. */
interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

/** A PostgreSQL server of its own, which is gone afterwards. */
export interface Cluster extends AsyncDisposable {
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
  /** The address of its database, with the schema that names are looked up in. */
  url(schema?: string): string;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
  /** Starts it again, on the same port, and waits until it answers. */
  start(): Promise<void>;
  /** Stops it as an administrator would, with clients that are still connected. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 30_000;

function account(): Account {
  if (Deno.uid() !== 0) return {};
  const users = Deno.readTextFileSync("/etc/passwd").split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const found = users.find(([user]) => user === name);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error("PostgreSQL does not run as root: a user postgres or nobody is needed");
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Makes a cluster in a folder of its own and starts it. */
export async function startCluster(settings: Record<string, string> = {}): Promise<Cluster> {
  const programs = await findPrograms();
  const who = account();
  const folder = await Deno.makeTempDir({ dir: tempFolder(), prefix: "strata_pg_" });
  try {
    if (who.uid !== undefined) await Deno.chown(folder, who.uid, who.gid ?? null);
    const data = `${folder}/data`;
    await initialize(programs, who, data);
    const server = new Server(programs, who, folder, freePort(), settings);
    await server.start();
    return server;
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    throw error;
  }
}

async function initialize(programs: Programs, who: Account, data: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(programs.initdb, {
    args: [
      ...["-D", data, "-U", "strata", "--auth", "trust", "--encoding", "UTF8"],
      // The order of its locale is not that of the rules, so drivers have to say theirs.
      ...["--locale", "C.UTF-8", "--no-sync", "--no-instructions"],
    ],
    ...{ ...who, env: programs.env, cwd: "/", stdout: "null", stderr: "piped" },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

class Server implements Cluster {
  #child: Deno.ChildProcess | undefined;
  #errors: Promise<string> | undefined;
  constructor(
    readonly programs: Programs,
    readonly who: Account,
    readonly folder: string,
    readonly port: number,
    readonly settings: Record<string, string>,
  ) {}

  url(schema = "public"): string {
    const options = encodeURIComponent(`-c search_path="${schema}"`);
    return `postgres://strata@127.0.0.1:${this.port}/postgres?options=${options}`;
  }

  async start(): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const child = this.#spawn();
      this.#child = child;
      const errors = this.#errors = new Response(child.stderr).text();
      if (await this.#answers(child, end)) return;
      await child.status;
      this.#child = undefined;
      // Those of the server that was killed take a moment to go.
      const text = await errors;
      if (performance.now() > end || !/shared memory block|lock file/.test(text)) {
        throw new Error(text);
      }
      await sleep(50);
    }
  }

  #spawn(): Deno.ChildProcess {
    const settings = {
      ...{ listen_addresses: "127.0.0.1", port: `${this.port}`, unix_socket_directories: "" },
      // A machine that loses power is no part of the tests.
      ...{ fsync: "off", full_page_writes: "off", shared_buffers: "64MB", max_connections: "60" },
      ...{ autovacuum: "off", log_min_messages: "fatal", max_wal_size: "512MB" },
      ...this.settings,
    };
    return new Deno.Command(this.programs.postgres, {
      args: [
        ...["-D", `${this.folder}/data`],
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      ...{ ...this.who, env: this.programs.env, cwd: "/", stdout: "null", stderr: "piped" },
    }).spawn();
  }

  /** Waits until it takes connections; false when it has ended. */
  async #answers(child: Deno.ChildProcess, end: number): Promise<boolean> {
    let ended = false;
    void child.status.then(() => ended = true);
    while (!ended) {
      if (performance.now() > end) {
        child.kill("SIGKILL");
        return false;
      }
      if (await isUp(this.port)) return true;
      await sleep(10);
    }
    return false;
  }

  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#ended();
  }

  async stop(): Promise<void> {
    this.#child?.kill("SIGINT"); // its fast shutdown
    await this.#ended();
  }

  async #ended(): Promise<void> {
    await this.#child?.status;
    this.#child = undefined;
    await this.#errors;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child?.kill("SIGQUIT"); // nobody needs what it would write
    await this.#ended();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Whether a server answers a greeting: it asks for a password, or lets in, or says what is wrong. */
async function isUp(port: number): Promise<boolean> {
  let connection: Deno.TcpConn;
  try {
    connection = await Deno.connect({ hostname: "127.0.0.1", port });
  } catch {
    return false;
  }
  try {
    const text = "user\0strata\0database\0postgres\0\0";
    const bytes = new Uint8Array(8 + text.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, bytes.length);
    view.setUint32(4, 196_608); // version 3.0 of the protocol
    new TextEncoder().encodeInto(text, bytes.subarray(8));
    await connection.write(bytes);
    const answer = new Uint8Array(1);
    await connection.read(answer);
    return answer[0] === "R".charCodeAt(0); // "E" while it starts
  } catch {
    return false;
  } finally {
    connection.close();
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
