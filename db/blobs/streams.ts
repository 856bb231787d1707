/** The pieces of a stream; whoever stops early cancels it. */
export async function* readAll<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader();
  let done = false;
  try {
    for (;;) {
      const next = await reader.read();
      done = next.done;
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    done = true;
    throw error;
  } finally {
    if (!done) await reader.cancel().catch(() => {}); // nobody reads on
    reader.releaseLock();
  }
}

/** What gives pieces, and ends when nobody wants more. */
export interface Pieces {
  next(): Promise<IteratorResult<Uint8Array<ArrayBuffer>, unknown>>;
  return(value: undefined): Promise<unknown>;
}

/** A stream of pieces, read as they are asked for. */
export function streamOf(pieces: Pieces): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const piece = await pieces.next();
      if (piece.done) controller.close();
      else controller.enqueue(piece.value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  }, { highWaterMark: 0 });
}
