import { kindOf } from "../../schema/accept.ts";
import { deferred } from "../deferred.ts";

/** What can be put. */
export type BlobBody = Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | string;

/** Content before it is read. */
export interface Source {
  /** How many bytes it has, where that is known. */
  readonly size: number | undefined;
  readonly type: string;
  stream(): ReadableStream<unknown>;
}

/** @throws {TypeError} When it is nothing that can be put, or a stream that somebody else reads. */
export function sourceOf(body: unknown): Source {
  if (typeof body === "string") return sourceOf(new TextEncoder().encode(body));
  if (body instanceof Uint8Array) {
    const stream = () =>
      new ReadableStream({
        start(controller) {
          if (body.length > 0) controller.enqueue(body);
          controller.close();
        },
      });
    return { size: body.length, type: "", stream };
  }
  if (body instanceof Blob) {
    return { size: body.size, type: body.type, stream: () => body.stream() };
  }
  if (body instanceof ReadableStream) {
    if (body.locked) {
      throw new TypeError("Cannot put a stream as nobody else reads it: it is locked");
    }
    return { size: undefined, type: "", stream: () => body };
  }
  throw new TypeError(
    `Cannot put a body as it is a Blob, a Uint8Array, a stream or text: got ${kindOf(body)}`,
  );
}

/** Reads content in chunks of one size, but for the last one, whose bytes are nobody else's. */
export class Chunker {
  readonly #reader: ReadableStreamDefaultReader<unknown>;
  readonly #signal: AbortSignal | undefined;
  readonly #pieces: Uint8Array[] = [];
  /** Bytes in them. */
  #held = 0;
  #ended = false;

  constructor(source: Source, signal: AbortSignal | undefined) {
    this.#reader = source.stream().getReader();
    this.#signal = signal;
  }

  /** Whether there are more than so many bytes. */
  async hasMore(bytes: number): Promise<boolean> {
    await this.#fill(bytes + 1);
    return this.#held > bytes;
  }
  /** The next chunk; shorter than `bytes` at the end, and empty after it. */
  async next(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    await this.#fill(bytes);
    const chunk = new Uint8Array(Math.min(bytes, this.#held));
    for (let at = 0; at < chunk.length;) {
      const [piece = chunk] = this.#pieces; // there are as many bytes as the chunk has
      const part = piece.subarray(0, chunk.length - at);
      chunk.set(part, at);
      at += part.length;
      if (part.length === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(part.length);
    }
    this.#held -= chunk.length;
    return chunk;
  }
  async #fill(bytes: number): Promise<void> {
    while (this.#held < bytes && !this.#ended) {
      const { done, value } = await this.#read();
      if (done) this.#ended = true;
      else if (!(value instanceof Uint8Array)) {
        throw new TypeError(
          `Cannot put a stream as it gives Uint8Arrays: got ${kindOf(value)}`,
        );
      } else if (value.length > 0) {
        this.#pieces.push(value);
        this.#held += value.length;
      }
    }
  }
  async #read(): Promise<ReadableStreamReadResult<unknown>> {
    const signal = this.#signal;
    if (!signal) return await this.#reader.read();
    signal.throwIfAborted();
    const { promise, reject } = deferred<never>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([this.#reader.read(), promise]);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Ends reading: the rest, if there is any, is not wanted. */
  end(reason: unknown): void {
    if (this.#ended) return this.#reader.releaseLock();
    this.#ended = true;
    this.#reader.cancel(reason).catch(() => {}); // nobody reads on
  }
}
