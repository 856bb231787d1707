import { Worker } from "node:worker_threads";
import type { AnyWorker } from "../../../drivers/sql/remote/thread_link.ts";

const SCRIPT = new URL("../../../drivers/sqlite_worker_thread.ts", import.meta.url);

/** Starts a worker, as the driver does. */
export function startWorker(): Worker {
  return new Worker(SCRIPT);
}

// deno-lint-ignore no-explicit-any -- each event has other data
type Listener = (data: any) => void;

/** Workers that are used again when their database was closed, since to start one takes longer than most tests. */
export class Workers {
  readonly #free: Worker[] = [];
  readonly #all: Worker[] = [];

  readonly take = (): AnyWorker => {
    const worker = this.#free.pop() ?? this.#start();
    const listeners: [string, Listener][] = [];
    let closed = false;
    const on = (event: string, fn: Listener) => {
      listeners.push([event, fn]);
      worker.on(event, fn);
    };
    on("message", (data: { readonly closed?: true }) => closed ||= data.closed === true);
    return Object.assign({
      on,
      postMessage: (message: unknown) => worker.postMessage(message),
      terminate: () => {
        for (const [event, fn] of listeners) worker.off(event, fn);
        if (closed) this.#free.push(worker);
        else void worker.terminate();
      },
    }, { ref: () => worker.ref(), unref: () => worker.unref() });
  };

  #start(): Worker {
    const worker = startWorker();
    this.#all.push(worker);
    return worker;
  }

  /** Starts so many that no test has to. */
  async fill(count: number): Promise<void> {
    for (let i = 0; i < count; i++) this.#free.push(this.#start());
    await Promise.all(this.#free.map((worker) => new Promise((done) => worker.on("online", done))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#all.map((worker) => worker.terminate()));
  }
}

/** Workers for the tests that `register` registers. */
export function withWorkers(register: (workers: Workers) => void): void {
  const workers = new Workers();
  // One that a test had started would be a leak of that test.
  Deno.test.beforeAll(() => workers.fill(3));
  Deno.test.afterAll(() => workers[Symbol.asyncDispose]());
  register(workers);
}
