import type { Cells } from "../sql/decode.ts";
import type { Rows } from "../sql/async/client.ts";
import type { Statement } from "../sql/compile.ts";
import { type Deferred, deferred } from "../../db/deferred.ts";
import { cellReader, READ_TYPES } from "./cells.ts";
import { failureOf, lostFailure } from "./failure.ts";
import { type Link, listOf, methodOf, paramText, type Shape, valueOf } from "./shape.ts";
import { Steps } from "./steps.ts";

/** Reads values from their texts; of those that are text here too the client would make something else. */
const parsers: Record<number, (text: string) => unknown> = {};
/** What is bound is the text already, of whatever type. */
const serializers: Record<number, (value: unknown) => unknown> = {};
/** The types that the client has something for. @see the catalog `pg_type` */
const OTHERS = [25, 1042, 1043, 114, 3802, 1082, 1114, 1184, 1186, 2950, 705];
for (const type of [...READ_TYPES, ...OTHERS]) {
  parsers[type] = cellReader(type);
  serializers[type] = (value) => value;
}

/** PGlite itself, or a transaction of it. */
async function send(of: unknown, { text, params }: Statement): Promise<Rows> {
  try {
    const result = await methodOf(of, "query")?.(text, params.map(paramText), {
      ...{ rowMode: "array", parsers, serializers },
    });
    // Rows as arrays, as was asked for.
    return listOf(valueOf(result, "rows")) as readonly Cells[];
  } catch (error) {
    throw failureOf(error);
  }
}

/** A transaction of PGlite, which lasts as long as the function that it calls. */
class PgliteLink implements Link {
  readonly #client: unknown;
  readonly #end: Deferred<boolean> = deferred();
  #transaction: unknown;
  #over: Promise<unknown> | undefined;
  readonly #steps = new Steps();

  constructor(client: unknown) {
    this.#client = client;
  }

  begin(characteristics: string, script: string): Promise<void> {
    return this.#steps.next(async () => {
      const begun = deferred<void>();
      this.#over = Promise.resolve(
        methodOf(this.#client, "transaction")?.(async (transaction: unknown) => {
          this.#transaction = transaction;
          begun.resolve(undefined);
          if (!await this.#end.promise) await methodOf(transaction, "rollback")?.();
        }),
      );
      this.#over.catch(() => {}); // end() tells
      try {
        await Promise.race([begun.promise, this.#over]);
        const mode = characteristics && `SET TRANSACTION ${characteristics}; `;
        await methodOf(this.#transaction, "exec")?.(mode + script);
      } catch (error) {
        throw failureOf(error);
      }
    });
  }

  query(statement: Statement): Promise<Rows> {
    return this.#steps.next(() => {
      if (!this.#transaction) return Promise.reject(lostFailure());
      return send(this.#transaction, statement);
    });
  }

  script(text: string): Promise<void> {
    return this.#steps.next(async () => {
      try {
        await methodOf(this.#transaction, "exec")?.(text);
      } catch (error) {
        throw failureOf(error);
      }
    }, text.startsWith("ROLLBACK"));
  }

  async end(commit: boolean): Promise<void> {
    const end = (how: boolean) =>
      this.#steps.next(async () => {
        this.#end.resolve(how);
        try {
          await this.#over;
        } catch (error) {
          throw failureOf(error);
        }
      }, !how);
    if (!commit) return await end(false);
    try {
      await end(true);
    } catch (error) {
      await end(false).catch(() => {}); // as something before it has failed
      throw error;
    }
  }

  release(): void {
    this.#end.resolve(false);
  }
}

/** PGlite; undefined when it is none. */
export function pgliteShape(client: unknown): Shape | undefined {
  const [query, exec, transaction, listen] = ["query", "exec", "transaction", "listen"]
    .map((name) => methodOf(client, name));
  if (typeof client !== "object" || !query || !exec || !transaction || !listen) return undefined;
  return {
    size: 1,
    query: (statement) => send(client, statement),
    link: () => Promise.resolve(new PgliteLink(client)),
    async objects({ text, params }) {
      try {
        return listOf(valueOf(await query(text, [...params]), "rows"));
      } catch (error) {
        throw failureOf(error);
      }
    },
    async listen(channel, heard) {
      try {
        const stop = await listen(channel, heard);
        return async () => void await (typeof stop === "function" && stop());
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}
