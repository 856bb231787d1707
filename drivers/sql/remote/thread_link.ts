import { DataError } from "../../../schema/errors.ts";
import { unref } from "../../../db/unref.ts";
import { Failure } from "../failure.ts";
import { builtIn } from "./built_in.ts";
import type { Link, LinkEvents, Linking } from "./client.ts";
import { failureOf } from "./messages.ts";
import type { FromThread, Opening, ToThread } from "./thread_messages.ts";

/** So long a worker may take to start and open its file; one that is not told of is the wrong script. */
const START_MS = 30_000;

/** A worker of the platform, or of node:worker_threads. */
export interface AnyWorker {
  /** Sends a message. */
  // deno-lint-ignore no-explicit-any -- each platform says it in another way
  postMessage(message: any): void;
  /** Ends it. */
  terminate(): unknown;
}

/** A worker, whichever it is. */
export interface Port {
  post(message: ToThread): void;
  listen(message: (data: FromThread) => void, ended: (cause: unknown) => void): void;
  hold(on: boolean): void;
  end(): void;
}

interface NodeWorker extends AnyWorker {
  on(event: "message" | "error" | "exit", fn: (data: never) => void): unknown;
  ref(): void;
  unref(): void;
}

/** How a worker is spoken with. */
export function portOf(worker: AnyWorker): Port {
  const post = (message: ToThread) => worker.postMessage(message);
  const end = () => void worker.terminate();
  if ("on" in worker && typeof worker.on === "function") {
    const node = worker as NodeWorker; // others have no such method
    return {
      ...{ post, end },
      listen(message, ended) {
        node.on("message", message);
        node.on("error", ended);
        node.on("exit", ended);
      },
      hold: (on) => on ? node.ref() : node.unref(),
    };
  }
  const web = worker as Worker; // it is that of the platform
  return {
    ...{ post, end },
    listen(message, ended) {
      web.onmessage = ({ data }) => message(data);
      web.onerror = (event) => {
        event.preventDefault(); // it is told to who waits
        ended(event.message);
      };
    },
    hold: () => {},
  };
}

/** Starts a worker with the script that lies beside the module at `url`. */
export function startThread(url: string): Port {
  const [extension = ".js"] = /\.\w+$/.exec(new URL(url).pathname) ?? [];
  const script = new URL(`./sqlite_worker_thread${extension}`, url);
  const threads = builtIn("node:worker_threads");
  const Thread: unknown = threads && Reflect.get(threads, "Worker");
  // Scripts from elsewhere are for the platform's own workers, in Deno.
  if (typeof Thread === "function" && script.protocol === "file:") {
    return portOf(Reflect.construct(Thread, [script]) as AnyWorker); // it is one
  }
  if (typeof Worker === "function") return portOf(new Worker(script, { type: "module" }));
  throw new DataError(
    "unsupported",
    "Cannot open a database as there are workers: this runtime has none",
  );
}

/** How a client comes by workers; `lasting` unless the database is in memory. */
export function threadLinking(start: () => Port, opening: Opening, lasting: boolean): Linking {
  return {
    ...{ lasting, replaceable: lasting, tells: false },
    connect: (events) => connect(start, opening, events),
    close: () => Promise.resolve(),
  };
}

async function connect(start: () => Port, open: Opening, events: LinkEvents): Promise<Link> {
  const port = start();
  let closed = () => {};
  let opened = false;
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(missing(undefined)), START_MS);
      unref(timer);
      // What it was sent and has not answered it may have done.
      const ended = (cause: unknown) => {
        clearTimeout(timer);
        reject(missing(cause));
        closed();
        if (opened) events.ended(false);
      };
      port.listen((data) => {
        if ("reply" in data) return events.reply(data.reply);
        if ("closed" in data) return closed();
        clearTimeout(timer);
        opened = "opened" in data;
        if ("opened" in data) resolve();
        else reject(refusedBy(data.refused));
      }, ended);
      port.post({ open }); // it waits there until the script runs
    });
  } catch (error) {
    port.end();
    throw error;
  }
  return {
    send: (request) => port.post({ request }),
    hold: (on) => port.hold(on),
    end: () => port.end(),
    async close() {
      port.hold(true);
      const done = new Promise<void>((resolve) => closed = resolve);
      port.post({ close: true });
      await done;
      port.end();
    },
  };
}

function refusedBy(refused: Extract<FromThread, { refused: unknown }>["refused"]): unknown {
  return "unsupported" in refused
    ? new DataError("unsupported", refused.unsupported)
    : failureOf(refused);
}

function missing(cause: unknown): Failure {
  const error = cause instanceof Error
    ? cause
    : new Error("Cannot use the worker as it starts: it did not");
  return new Failure(error, "unavailable");
}
