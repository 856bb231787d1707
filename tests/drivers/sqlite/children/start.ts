import { DatabaseSync } from "node:sqlite";
import { type Database, openDatabase, type OpenOptions, type Schema } from "../../../../mod.ts";
import { sqliteDriver } from "../../../../drivers/sqlite.ts";
import { sqliteWorkerDriver } from "../../../../drivers/sqlite_worker.ts";

/** Opens the database that a program was given as its first argument; with `worker` as its last in one. */
export async function openGiven(schema: Schema, options?: OpenOptions): Promise<Database> {
  const path = Deno.args[0]!;
  const driver = Deno.args.at(-1) === "worker"
    ? sqliteWorkerDriver(path)
    : sqliteDriver(new DatabaseSync(path));
  return await openDatabase(schema, driver, options);
}

/** Tells the parent a line, at once. */
export function tell(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** A program of this folder that runs on a file, and the lines that it tells. */
export interface Child {
  readonly lines: AsyncIterator<string>;
  /** Sends it a line. */
  send(line: string): Promise<void>;
  /** Ends it as `kill -9` does. */
  kill(): void;
  /** Resolves when it has ended; fails when its standard error has anything. */
  ended(): Promise<void>;
}

export function start(program: string, ...args: readonly string[]): Child {
  const path = new URL(program, import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", path, ...args],
    ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
  }).spawn();
  const errors = new Response(child.stderr).text();
  const input = child.stdin.getWriter();
  return {
    lines: linesOf(child.stdout),
    send: (line) => input.write(new TextEncoder().encode(`${line}\n`)),
    kill: () => child.kill("SIGKILL"),
    async ended() {
      await input.close().catch(() => {}); // it is gone already
      await child.status;
      const text = await errors;
      if (text) throw new Error(text);
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? ""; // half a line, when it was killed
    yield* parts;
  }
}
