import { deferred } from "../../db/deferred.ts";
import type { Cells } from "../sql/decode.ts";
import type { Failure } from "../sql/failure.ts";
import type { Rows } from "../sql/async/client.ts";
import type { Statement } from "../sql/compile.ts";
import { type CellReader, cellReader } from "./cells.ts";
import { failureOf, lostFailure } from "./failure.ts";
import { connectionOf, settled, unlessLost, whenLost, type Wire } from "./postgres_js_wire.ts";
import { isSafe } from "./safe.ts";
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

/**
 * The rows of a result. The client counts on from the rows of a statement that failed half way, and leaves
 * as many holes before those of the next one.
 */
function rowsOf(result: unknown): unknown[] {
  return listOf(result).filter(() => true);
}

function readRows(result: unknown): Rows {
  const readers: CellReader[] = listOf(valueOf(result, "columns")).map((column) =>
    cellReader(Number(valueOf(column, "type")))
  );
  return rowsOf(result).map((row): Cells =>
    listOf(row).map((cell, i) => {
      // What is asked for as it came is bytes.
      if (!(cell instanceof Uint8Array)) return null;
      const text = decoder.decode(cell);
      return readers[i]?.(text) ?? text;
    })
  );
}

/** A query that is not sent yet; its rows come as the bytes of their texts, past parsers and transforms. */
function queryOf(
  { unsafe, typed }: Methods,
  { text, params }: Statement,
  prepare: boolean,
  options: object = {},
): unknown {
  const values = params.map((value) => typed(paramText(value), UNKNOWN));
  // Without `simple` one that has no parameters would be several, and never prepared.
  const query = unsafe(text, values, { prepare, simple: false, ...options });
  return methodOf(query, "raw")?.();
}

/**
 * A connection of the client's pool, taken by a query that does nothing and as its own transactions take one:
 * it goes back when the transaction has ended. `reserve` would forget connections while a server is gone.
 */
class PostgresJsLink implements Link {
  readonly #methods: Methods;
  readonly #prepare: boolean;
  #wire: Wire | undefined;
  /** Whether what comes next has to wait until the connection is free for it. */
  #full = false;
  readonly #waiting: unknown[] = [];
  #closed = false;
  /** Rejects when the connection is closed: the client forgets what waits for its turn on it. */
  readonly #lost = deferred<never>();
  readonly #taken = deferred<void>();
  #unhook: (() => void) | undefined;

  constructor(methods: Methods, prepare: boolean) {
    this.#methods = methods;
    this.#prepare = prepare;
    this.#lost.promise.catch(() => {}); // whoever asks hears of it
  }

  /** Takes a connection. */
  async take(): Promise<void> {
    // One that has too much before it does not tell which it is.
    for (let tries = 0; !this.#wire && tries < MOST_TRIES; tries++) {
      const onexecute = (connection: unknown) => this.#take(connection);
      const query = this.#methods.unsafe("", [], { simple: true, onexecute });
      await Promise.race([query, this.#taken.promise, this.#lost.promise]);
    }
    if (!this.#wire) throw lostFailure();
  }

  /** Called when a connection gets the query; false, so that nobody else gets that connection. */
  #take(connection: unknown): boolean {
    const wire = connectionOf(connection);
    if (!wire) return true;
    this.#wire = wire;
    wire.reserved = this.#next;
    this.#unhook = whenLost(wire, () => {
      this.#closed = true;
      this.#lost.reject(lostFailure());
    });
    this.#taken.resolve(undefined);
    return false;
  }

  readonly #next = (): void => {
    this.#full = false;
    while (this.#waiting.length > 0 && !this.#full) {
      this.#full = !this.#wire?.execute(this.#waiting.shift());
    }
  };

  async #send(query: unknown): Promise<unknown> {
    // The client would write to what is not there any more, or is another's.
    if (this.#closed || this.#wire?.reserved !== this.#next) throw lostFailure();
    if (typeof query === "object" && query !== null) Reflect.set(query, "executed", true);
    if (this.#full) this.#waiting.push(query);
    else this.#full = !this.#wire.execute(query);
    try {
      return await Promise.race([query, this.#lost.promise]);
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "lost") {
        this.#closed = true;
        await settled();
      }
      throw failure;
    }
  }

  async query(statement: Statement): Promise<Rows> {
    return readRows(await this.#send(queryOf(this.#methods, statement, this.#prepare)));
  }

  async script(text: string): Promise<void> {
    await this.#send(this.#methods.unsafe(text, [], { simple: true }));
  }

  begin(characteristics: string, script: string): Promise<void> {
    return this.script(`BEGIN ${characteristics}; ${script}`);
  }

  end(commit: boolean): Promise<void> {
    return this.script(commit ? "COMMIT" : "ROLLBACK");
  }

  /** It has gone back at the end of its transaction. */
  release(): void {
    this.#closed = true;
    this.#unhook?.();
  }
}

/** So often a connection is looked for that is not taken by too much else. */
const MOST_TRIES = 100;

/** The client of postgres.js; undefined when it is none. */
export function postgresJsShape(sql: unknown): Shape | undefined {
  const methods = typeof sql === "function" ? methodsOf(sql) : undefined;
  const listen = methodOf(sql, "listen");
  if (!methods || !methodOf(sql, "reserve") || !listen) return undefined;
  const options = valueOf(sql, "options");
  const prepare = valueOf(options, "prepare") !== false;
  const failed = async (error: unknown): Promise<Failure> => {
    const failure = failureOf(error);
    if (failure.kind === "lost") await settled();
    return failure;
  };
  const link = async (fresh = false): Promise<PostgresJsLink> => {
    const taken = new PostgresJsLink(methods, prepare && !fresh);
    try {
      await taken.take();
      return taken;
    } catch (error) {
      throw await failed(error);
    }
  };
  return {
    size: Number(valueOf(options, "max")) || 1,
    link,
    async query(statement) {
      if (statement.text.startsWith("SELECT ") && !isSafe(statement.text)) {
        // What comes after a statement that fails half way must not be a query of somebody else's; see rowsOf().
        const own = await link();
        const begun = own.begin("READ ONLY", "");
        const rows = own.query(statement);
        await Promise.allSettled([begun, rows, own.end(true)]);
        own.release();
        return await rows;
      }
      try {
        return readRows(
          await unlessLost((onexecute) => queryOf(methods, statement, prepare, { onexecute })),
        );
      } catch (error) {
        throw await failed(error);
      }
    },
    async objects({ text, params }) {
      try {
        return rowsOf(await methods.unsafe(text, [...params], { prepare, simple: false }));
      } catch (error) {
        throw await failed(error);
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
