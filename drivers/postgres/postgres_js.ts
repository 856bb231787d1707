import { type Deferred, deferred } from "../../db/deferred.ts";
import type { Cells } from "../sql/decode.ts";
import type { Failure } from "../sql/failure.ts";
import type { Rows } from "../sql/async/client.ts";
import type { Statement } from "../sql/compile.ts";
import { type CellReader, cellReader } from "./cells.ts";
import { failureOf, lostFailure } from "./failure.ts";
import { type Link, listOf, methodOf, paramText, type Shape, valueOf } from "./shape.ts";

/**
 * The type of a literal whose type is not known: the server takes the one that fits, and the client has
 * nothing of its own for it, so that the text goes out as it is.
 */
const UNKNOWN = 705;

type Method = NonNullable<ReturnType<typeof methodOf>>;

interface Methods {
  readonly unsafe: Method;
  readonly typed: Method;
}

function methodsOf(sql: unknown): Methods | undefined {
  const unsafe = methodOf(sql, "unsafe");
  const typed = methodOf(sql, "typed");
  return unsafe && typed && { unsafe, typed };
}

const decoder = new TextDecoder();

function readRows(result: unknown): Rows {
  const readers: CellReader[] = listOf(valueOf(result, "columns")).map((column) =>
    cellReader(Number(valueOf(column, "type")))
  );
  return listOf(result).map((row): Cells =>
    listOf(row).map((cell, i) => {
      // What is asked for as it came is bytes.
      if (!(cell instanceof Uint8Array)) return null;
      const text = decoder.decode(cell);
      return readers[i]?.(text) ?? text;
    })
  );
}

interface Loss {
  readonly lost: Deferred<never>;
  readonly hook: (reason: unknown) => void;
}
/** By connection: what rejects when it is closed. */
const losses = new WeakMap<object, Loss>();

/**
 * Rejects when a connection is closed. A query that the client puts on one that has failed, and is not closed yet,
 * would never be answered.
 */
function lossOf(connection: object): Deferred<never> {
  const before: unknown = Reflect.get(connection, "onclose");
  const known = losses.get(connection);
  if (known && known.hook === before) return known.lost;
  const lost = deferred<never>();
  lost.promise.catch(() => {}); // whoever asks hears of it
  const hook = (reason: unknown) => {
    losses.delete(connection);
    lost.reject(lostFailure());
    if (typeof before === "function") before(reason);
  };
  Reflect.set(connection, "onclose", hook);
  losses.set(connection, { lost, hook });
  return lost;
}

/** Waits for a query, unless its connection is closed; `run` is given what is called with that. */
function unlessLost<T>(
  run: (onexecute: (connection: unknown) => boolean) => Promise<T>,
): Promise<T> {
  const gone = deferred<never>();
  const query = run((connection) => {
    if (typeof connection === "object" && connection !== null) {
      lossOf(connection).promise.catch(gone.reject);
    }
    return true; // others may go out behind it
  });
  return Promise.race([query, gone.promise]);
}

/** Sends a statement; its rows come as the bytes of their texts, past parsers and transforms. */
async function send(
  { unsafe, typed }: Methods,
  { text, params }: Statement,
  prepare: boolean,
  onexecute?: (connection: unknown) => boolean,
): Promise<Rows> {
  try {
    const values = params.map((value) => typed(paramText(value), UNKNOWN));
    // Without `simple` one that has no parameters would be several, and never prepared.
    const query = unsafe(text, values, { prepare, simple: false, onexecute });
    return readRows(await methodOf(query, "raw")?.());
  } catch (error) {
    throw failureOf(error);
  }
}

class PostgresJsLink implements Link {
  readonly #sql: unknown;
  readonly #methods: Methods;
  readonly #prepare: boolean;
  #closed = false;
  /** Rejects when the connection is closed: the client forgets what waits for its turn on it. */
  readonly #lost = deferred<never>();

  constructor(sql: unknown, methods: Methods, prepare: boolean) {
    this.#sql = sql;
    this.#methods = methods;
    this.#prepare = prepare;
    this.#lost.promise.catch(() => {}); // whoever asks hears of it
  }

  #lose(): void {
    this.#closed = true;
    this.#lost.reject(lostFailure());
  }

  async #simple(text: string, options: object = {}): Promise<void> {
    // The client would write to what is not there any more.
    if (this.#closed) throw lostFailure();
    try {
      const query = this.#methods.unsafe(text, [], { simple: true, ...options });
      await Promise.race([query, this.#lost.promise]);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  begin(characteristics: string, script: string): Promise<void> {
    const onexecute = (connection: unknown): boolean => {
      if (typeof connection === "object" && connection !== null) {
        lossOf(connection).promise.catch(() => this.#lose());
      }
      return true; // others may go out behind it
    };
    return this.#simple(`BEGIN ${characteristics}; ${script}`, { onexecute });
  }

  /** A connection that failed is closed soon; until then the client would give it to others. */
  #failed(error: unknown): Failure {
    const failure = failureOf(error);
    if (failure.kind === "lost") this.#closed = true;
    return failure;
  }

  async query(statement: Statement): Promise<Rows> {
    if (this.#closed) throw lostFailure();
    try {
      const rows = send(this.#methods, statement, this.#prepare);
      return await Promise.race([rows, this.#lost.promise]);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  script(text: string): Promise<void> {
    return this.#simple(text);
  }

  end(commit: boolean): Promise<void> {
    return this.#simple(commit ? "COMMIT" : "ROLLBACK");
  }

  release(): void {
    // A connection that was closed is in its pool already.
    if (!this.#closed) methodOf(this.#sql, "release")?.();
    this.#closed = true;
  }
}

/** The client of postgres.js; undefined when it is none. */
export function postgresJsShape(sql: unknown): Shape | undefined {
  const methods = typeof sql === "function" ? methodsOf(sql) : undefined;
  const reserve = methodOf(sql, "reserve");
  const listen = methodOf(sql, "listen");
  if (!methods || !reserve || !listen) return undefined;
  const options = valueOf(sql, "options");
  const prepare = valueOf(options, "prepare") !== false;
  return {
    size: Number(valueOf(options, "max")) || 1,
    query: (statement) => unlessLost((onexecute) => send(methods, statement, prepare, onexecute)),
    async link(fresh = false) {
      try {
        const reserved = await reserve();
        const own = methodsOf(reserved);
        if (own) return new PostgresJsLink(reserved, own, prepare && !fresh);
      } catch (error) {
        throw failureOf(error);
      }
      throw lostFailure();
    },
    async objects({ text, params }) {
      try {
        return listOf(await methods.unsafe(text, [...params], { prepare, simple: false }));
      } catch (error) {
        throw failureOf(error);
      }
    },
    // It has a connection of its own for that.
    async listen(channel, heard) {
      try {
        const { unlisten } = Object(await listen(channel, heard));
        return async () => void await methodOf({ unlisten }, "unlisten")?.();
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}
