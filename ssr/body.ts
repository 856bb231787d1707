/**
 * The end of a scope with the body of its response.
 *
 * ```text
 * no body, HEAD, a body that others read          at once
 * the body has ended or failed                    when whoever reads it hears of it
 * cancelled, or the request aborted               when its source has cleaned up
 * nobody reads it, and the server says so         then
 * ```
 *
 * A server reads bodies outside of any context, so that a source that is asked for more would have lost its
 * scope (Deno; Node keeps it for some). Here each question is asked in the context of the handler.
 *
 * @module
 */
import type { RequestScope } from "./scope.ts";

/** What Fresh marks a response with, so that its own headers fit. */
const FRESH_NONCE = Symbol.for("__freshNonce");

/** Calls a function in the context of a handler. */
export type Inside = <T>(fn: () => T) => T;

/** What ends a scope, besides the body. */
export interface Ending {
  readonly request: Request;
  /** Settles when the server is done with the response. */
  readonly completed?: Promise<unknown> | undefined;
}

/** The response with a body that ends `scope`; itself where there is nothing to wait for. */
export function endWithBody(
  scope: RequestScope,
  inside: Inside,
  response: Response,
  { request, completed }: Ending,
): Response {
  const { body } = response;
  if (!body || body.locked) {
    scope[Symbol.dispose]();
    return response;
  }
  const reader = body.getReader();
  const source = new Source(scope, inside, reader);
  // Who says when it is done need not be asked; Deno's signal also aborts after a success, and says so.
  const signal = completed ? undefined : request.signal;
  if (request.method === "HEAD" || signal?.aborted) {
    void source.cancel(signal?.reason);
    return copyOf(response, null);
  }
  let failed: ((reason: unknown) => void) | undefined;
  const abort = () => {
    failed?.(signal?.reason);
    void source.cancel(signal?.reason);
  };
  signal?.addEventListener("abort", abort, { once: true });
  source.ended = () => signal?.removeEventListener("abort", abort);
  completed?.then(() => source.cancel(undefined), (error) => source.cancel(error));
  const wrapped = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      failed = (reason) => controller.error(reason);
    },
    async pull(controller) {
      const { done, value } = await source.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => source.cancel(reason),
  }, { highWaterMark: 0 }); // asks when it is asked, so that nothing is read ahead
  return copyOf(response, wrapped);
}

/** A body that is read in a context, and ends a scope once. */
class Source {
  readonly #scope: RequestScope;
  readonly #inside: Inside;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #cancelled: Promise<void> | undefined;
  ended: () => void = () => {};

  constructor(
    scope: RequestScope,
    inside: Inside,
    reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  ) {
    this.#scope = scope;
    this.#inside = inside;
    this.#reader = reader;
  }

  async read(): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
    try {
      const result = await this.#inside(() => this.#reader.read());
      // One that was cancelled ends when its source has cleaned up.
      if (result.done && !this.#cancelled) this.#end();
      return result;
    } catch (error) {
      this.#end();
      throw error;
    }
  }
  /** Never rejects: nobody waits for what a source makes of it. */
  cancel(reason: unknown): Promise<void> {
    return this.#cancelled ??= this.#cancel(reason);
  }
  async #cancel(reason: unknown): Promise<void> {
    try {
      await this.#inside(() => this.#reader.cancel(reason));
    } catch {
      // It failed before, or while it cleaned up.
    } finally {
      this.#end();
    }
  }
  #end(): void {
    this.ended();
    this.#scope[Symbol.dispose]();
  }
}

function copyOf(
  response: Response,
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
): Response {
  const copy = new Response(body, response);
  const nonce = Object.getOwnPropertyDescriptor(response, FRESH_NONCE);
  if (nonce) Object.defineProperty(copy, FRESH_NONCE, nonce);
  return copy;
}
