/** Content by key, in a database of its own. */
export interface BlobContestant {
  readonly name: string;
  open(path: string): Promise<OpenBlobs>;
}

/** A store that is open. */
export interface OpenBlobs {
  /** Stores content; gives its SHA-256. */
  put(key: string, content: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string>;
  /** Reads all of it; gives its length. */
  read(key: string): Promise<number>;
  /** Bytes from a place on. */
  range(key: string, start: number, end: number): Promise<Uint8Array>;
  /** Takes it away, with its space. */
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

/** Bytes of a piece of {@linkcode contentOf}. */
const PIECE = 64 << 10;
/** Random, so that nothing is stored twice by chance. */
const noise = new Uint32Array(PIECE / 4);
for (let i = 0; i < noise.length; i += 4_096) crypto.getRandomValues(noise.subarray(i, i + 4_096));

/** Content of so many bytes that comes in pieces; another `seed` gives other content. */
export function contentOf(bytes: number, seed: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes) return controller.close();
      const piece = noise.slice();
      // Different in every page of a database, at the cost of a few writes.
      for (let i = 0; i < piece.length; i += 256) piece[i] = seed * 2_654_435_761 + at + i;
      at += PIECE;
      controller.enqueue(new Uint8Array(piece.buffer));
    },
  }, { highWaterMark: 0 });
}
