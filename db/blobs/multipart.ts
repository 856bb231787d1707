import type { ByteRange } from "./ranges.ts";
import { releaseHandle } from "./handle.ts";
import { toHex } from "./hash.ts";
import { type Pieces, readAll, streamOf } from "./streams.ts";
import type { BlobHandle } from "./types.ts";

/** Several parts of a blob as one body. */
export interface Multipart {
  readonly type: string;
  readonly length: number;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Parts of a blob as `multipart/byteranges`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-14.6
 */
export function multipart(
  blob: BlobHandle,
  type: string,
  ranges: readonly ByteRange[],
): Multipart {
  const boundary = toHex(crypto.getRandomValues(new Uint8Array(16)));
  const encoder = new TextEncoder();
  const heads = ranges.map(({ start, end }) =>
    encoder.encode(
      `\r\n--${boundary}\r\nContent-Type: ${type}\r\n` +
        `Content-Range: ${contentRange({ start, end }, blob.size)}\r\n\r\n`,
    )
  );
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  const bytes = ranges.reduce((sum, { start, end }) => sum + end - start, tail.length);
  async function* parts(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (const [i, { start, end }] of ranges.entries()) {
      yield heads[i] ?? tail; // each range has one
      yield* readAll(blob.slice(start, end).stream());
    }
    yield tail;
  }
  return {
    type: `multipart/byteranges; boundary=${boundary}`,
    length: heads.reduce((sum, head) => sum + head.length, bytes),
    body: streamOf(unlessCancelled(parts(), blob)),
  };
}

/** The `Content-Range` of a part. */
export function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`;
}

/** The pieces of a body; one that is cancelled before it is read lets its content go. */
function unlessCancelled(
  pieces: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  blob: BlobHandle,
): Pieces {
  return {
    next: () => pieces.next(),
    async return() {
      await pieces.return(undefined);
      releaseHandle(blob);
    },
  };
}
