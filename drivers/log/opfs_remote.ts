import type { OpfsFiles, OpfsRead, OpfsReply, OpfsRequest } from "./opfs_files.ts";
import type { Bytes } from "./storage.ts";

/** What waits for an answer. */
interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Files in a worker of this page; when that ends, a new one is started with the next request. */
export class RemoteFiles implements OpfsFiles {
  readonly #name: string;
  readonly #start: () => Worker;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #count = 0;
  /** Whether the worker may have a file open. */
  #open = false;

  constructor(name: string, start: () => Worker) {
    this.#name = name;
    this.#start = start;
  }

  read(file: number, from: number): Promise<OpfsRead> {
    this.#open = true;
    return this.#ask<OpfsRead>("read", file, from);
  }
  append(at: number, bytes: Bytes, flush: boolean): Promise<void> {
    return this.#closing<void>("append", at, bytes, flush);
  }
  replace(bytes: Bytes): Promise<number> {
    return this.#closing<number>("replace", bytes);
  }
  async #closing<T>(method: OpfsRequest["method"], ...args: readonly unknown[]): Promise<T> {
    const value = await this.#ask<T>(method, ...args);
    this.#open = false;
    return value;
  }
  all(): Promise<Bytes> {
    return this.#ask<Bytes>("all");
  }
  async release(): Promise<void> {
    if (this.#worker && this.#open) await this.#ask<void>("release");
  }
  close(): void {
    this.#end(undefined);
  }

  #ask<T>(method: OpfsRequest["method"], ...args: readonly unknown[]): Promise<T> {
    return new Promise((resolve, reject) => {
      const id = ++this.#count;
      const request: OpfsRequest = { id, name: this.#name, method, args };
      const worker = this.#worker ??= this.#begin();
      this.#waiting.set(id, {
        resolve: resolve as (value: unknown) => void, // what the method gives
        reject,
      });
      worker.postMessage(request);
    });
  }
  #begin(): Worker {
    const worker = this.#start();
    worker.onmessage = ({ data }: MessageEvent<OpfsReply & { readonly life?: string }>) => {
      if (data.life !== undefined) return this.#watch(worker, data.life);
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.failed === undefined) waiting?.resolve(data.value);
      else waiting?.reject(new DOMException("The worker failed", data.failed));
    };
    worker.onerror = (event) => {
      event.preventDefault(); // it is told to who waits
      if (this.#worker === worker) this.#end(new DOMException("The worker ended", "AbortError"));
    };
    worker.onmessageerror = () => this.#end(new DOMException("No answer came", "DataCloneError"));
    return worker;
  }
  /** A worker has a lock as long as it lives: who gets it then knows. */
  #watch(worker: Worker, life: string): void {
    navigator.locks.request(life, { mode: "shared" }, () => {
      if (this.#worker === worker) this.#end(new DOMException("The worker ended", "AbortError"));
    }).catch(() => {}); // then it is noticed by what it does not answer
  }
  #end(error: unknown): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#open = false;
    for (const { reject } of this.#waiting.values()) {
      reject(error ?? new DOMException("The database was closed", "AbortError"));
    }
    this.#waiting.clear();
  }
}
