import { hashText } from "../../query/hash.ts";
import type { Cells } from "../sql/decode.ts";
import type { Rows } from "../sql/async/client.ts";
import type { Statement } from "../sql/compile.ts";
import { cellReader } from "./cells.ts";
import { failureOf } from "./failure.ts";
import { type Link, listOf, methodOf, paramText, type Shape, valueOf } from "./shape.ts";
import { Steps } from "./steps.ts";
import { Turns } from "./turns.ts";

type Query = (config: unknown, values?: unknown) => unknown;

/** Reads values from their texts, past what `pg.types` was told. */
const types = { getTypeParser: (type: unknown) => cellReader(Number(type)) };
/** The names of statements, by which the server keeps them; they are made once. */
const names = new Map<string, string>();
const MOST_NAMES = 5_000;

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    if (names.size >= MOST_NAMES) names.clear();
    names.set(text, name = `strata_${hashText(text)}`);
  }
  return name;
}

async function send(
  query: Query,
  { text, params }: Statement,
  fresh = false,
): Promise<Rows> {
  try {
    const values = params.map(paramText);
    const result = await query({
      ...{ text, values, types, rowMode: "array" },
      ...(!fresh && { name: nameOf(text) }),
    });
    // Rows as arrays, as was asked for.
    return listOf(valueOf(result, "rows")) as readonly Cells[];
  } catch (error) {
    throw failureOf(error);
  }
}

async function objects(query: Query, { text, params }: Statement): Promise<readonly unknown[]> {
  try {
    return listOf(valueOf(await query(text, [...params]), "rows"));
  } catch (error) {
    throw failureOf(error);
  }
}

/**
 * The client sends one request after the other itself, so nothing is lost by waiting: what comes after one that failed
 * is not sent, as the server may know nothing of it, and would commit the rest.
 */
class PgLink implements Link {
  readonly #query: Query;
  readonly #release: (broken: boolean) => void;
  readonly #fresh: boolean;
  readonly #steps = new Steps();
  #broken = false;
  #released = false;

  constructor(query: Query, release: (broken: boolean) => void, fresh: boolean) {
    this.#query = query;
    this.#release = release;
    this.#fresh = fresh;
  }

  script(text: string): Promise<void> {
    return this.#steps.next(async () => {
      try {
        await this.#query(text);
      } catch (error) {
        throw this.#failed(error);
      }
    }, text.startsWith("ROLLBACK"));
  }

  #failed(error: unknown): unknown {
    const failure = failureOf(error);
    if (failure.kind === "lost" || failure.kind === "closed") this.#broken = true;
    return failure;
  }

  begin(characteristics: string, script: string): Promise<void> {
    return this.script(`BEGIN ${characteristics}; ${script}`);
  }

  query(statement: Statement): Promise<Rows> {
    return this.#steps.next(async () => {
      try {
        return await send(this.#query, statement, this.#fresh);
      } catch (error) {
        throw this.#failed(error);
      }
    });
  }

  async end(commit: boolean): Promise<void> {
    if (!commit) return await this.script("ROLLBACK");
    try {
      await this.script("COMMIT");
    } catch (error) {
      // Nothing is done where it was not sent, and harmless where it was.
      await this.script("ROLLBACK").catch(() => {});
      throw error;
    }
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#release(this.#broken);
  }
}

/** Hears notifications on a client, until what it gives is called. */
async function listenOn(
  client: unknown,
  channel: string,
  heard: (payload: string) => void,
): Promise<() => Promise<void>> {
  const listener = (message: unknown): void => {
    if (valueOf(message, "channel") === channel) heard(String(valueOf(message, "payload") ?? ""));
  };
  methodOf(client, "on")?.("notification", listener);
  await methodOf(client, "query")?.(`LISTEN "${channel}"`);
  return async () => {
    methodOf(client, "off")?.("notification", listener);
    await methodOf(client, "query")?.(`UNLISTEN "${channel}"`);
  };
}

function nothing(): void {}

/** A pool of pg. */
function poolShape(pool: unknown, query: Query): Shape {
  const take = methodOf(pool, "connect");
  const size = Number(valueOf(valueOf(pool, "options"), "max")) || 10;
  const connect = async (): Promise<{ client: unknown; release: (broken: boolean) => void }> => {
    try {
      const client = await take?.();
      // Nobody listens to a client that was taken, and an error that nobody hears ends the program.
      methodOf(client, "on")?.("error", nothing);
      const release = (broken: boolean) => {
        methodOf(client, "off")?.("error", nothing);
        methodOf(client, "release")?.(broken);
      };
      return { client, release };
    } catch (error) {
      throw failureOf(error);
    }
  };
  return {
    size,
    query: (statement) => send(query, statement),
    objects: (statement) => objects(query, statement),
    async link(fresh = false) {
      const { client, release } = await connect();
      return new PgLink(
        (config, values) => methodOf(client, "query")?.(config, values),
        release,
        fresh,
      );
    },
    // It takes a connection for as long as somebody listens.
    listen: size < 2 ? undefined : async (channel, heard) => {
      const { client, release } = await connect();
      try {
        const stop = await listenOn(client, channel, heard);
        let open = true;
        const end = (broken: boolean) => {
          if (open) release(broken);
          open = false;
        };
        methodOf(client, "once")?.("end", () => end(true));
        return () => stop().then(() => end(false), () => end(true));
      } catch (error) {
        release(true);
        throw failureOf(error);
      }
    },
  };
}

/** One connection of pg, which those who use it take in turn. */
function clientShape(client: object, query: Query): Shape {
  const turns = Turns.of(client);
  return {
    size: 1,
    query: (statement) => turns.run(() => send(query, statement)),
    objects: (statement) => turns.run(() => objects(query, statement)),
    async link(fresh = false) {
      const done = await turns.take();
      return new PgLink(query, done, fresh);
    },
    async listen(channel, heard) {
      try {
        const stop = await turns.run(() => listenOn(client, channel, heard));
        return () => turns.run(stop);
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}

/** A pool or client of pg; undefined when it is none. */
export function pgShape(client: unknown): Shape | undefined {
  if (typeof client !== "object" || client === null) return undefined;
  const query = methodOf(client, "query");
  if (!query || !methodOf(client, "connect") || !methodOf(client, "on")) return undefined;
  const call: Query = (config, values) =>
    values === undefined ? query(config) : query(config, values);
  return "totalCount" in client ? poolShape(client, call) : clientShape(client, call);
}
