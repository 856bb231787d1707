import { DataError } from "../../../schema/errors.ts";
import { SyncClient } from "../sync/client.ts";
import { prepareFile, requireVersion } from "../sync/pragmas.ts";
import type { ClientShape } from "../sync/shapes.ts";
import { builtIn } from "./built_in.ts";
import { failedOf } from "./messages.ts";
import { StatementServer } from "./server.ts";
import type { FromThread, Opening, ToThread } from "./thread_messages.ts";

/** A way to who started this worker. */
interface Port {
  postMessage(message: FromThread): void;
}

/** What is needed of node:sqlite. */
interface SqliteModule {
  readonly DatabaseSync: new (path: string) => ClientShape;
}

/** Serves who started this worker; elsewhere, as in a bundle that is loaded by mistake, it does nothing. */
export function serveThread(): void {
  const threads = builtIn("node:worker_threads");
  const parent: unknown = threads && Reflect.get(threads, "parentPort");
  if (typeof parent === "object" && parent !== null && "on" in parent) {
    // As node:worker_threads has it.
    const port = parent as Port & { on(event: "message", fn: (data: ToThread) => void): void };
    const thread = new Thread(port);
    port.on("message", (data) => void thread.take(data));
  } else if ("WorkerGlobalScope" in globalThis) {
    // It is the scope of a worker, which is not in the types of a page.
    const scope = globalThis as unknown as Port & {
      onmessage: (event: MessageEvent<ToThread>) => void;
    };
    const thread = new Thread(scope);
    scope.onmessage = ({ data }) => void thread.take(data);
  }
}

class Thread {
  readonly #port: Port;
  readonly #peer = {};
  #database: ClientShape | undefined;
  #server: StatementServer | undefined;

  constructor(port: Port) {
    this.#port = port;
  }

  async take(message: ToThread): Promise<void> {
    if ("request" in message) {
      this.#server?.handle(this.#peer, message.request, (reply) => {
        this.#port.postMessage({ reply });
      });
    } else if ("open" in message) {
      try {
        await this.#open(message.open);
        this.#port.postMessage({ opened: true });
      } catch (error) {
        this.#close();
        const refused = error instanceof DataError
          ? { unsupported: error.message }
          : failedOf(error);
        this.#port.postMessage({ refused });
      }
    } else {
      this.#close();
      this.#port.postMessage({ closed: true });
    }
  }

  async #open({ path, durability, adopt }: Opening): Promise<void> {
    const sqlite = builtIn("node:sqlite");
    if (!sqlite) {
      throw new DataError(
        "unsupported",
        "Cannot open a database as there is node:sqlite: this runtime has none",
      );
    }
    // It has this class.
    const database = this.#database = new (sqlite as unknown as SqliteModule).DatabaseSync(path);
    const client = new SyncClient(database);
    requireVersion(client);
    await prepareFile(client, { durability, adopt });
    // No two connections have the same number, so it shows when one took another's place.
    client.exec("CREATE TEMP TABLE strata_connection (number INTEGER)");
    client.run("INSERT INTO temp.strata_connection VALUES (?)", [
      Math.floor(Math.random() * 2 ** 48),
    ]);
    this.#server = new StatementServer(client);
  }

  #close(): void {
    this.#server?.close();
    this.#server = undefined;
    this.#database?.close();
    this.#database = undefined;
  }
}
