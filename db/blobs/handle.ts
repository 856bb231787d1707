import { Use } from "./leases.ts";
import { piecesOf } from "./reading.ts";
import { checkCount } from "./rules.ts";
import type { Store } from "./store.ts";
import { streamOf } from "./streams.ts";
import type { BodyRow, KeyRow } from "./tables.ts";
import type { BlobHandle, BlobHead } from "./types.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a key has, as users see it. */
export function headOf({ key, size, type, etag, metadata, createdAt }: KeyRow): BlobHead {
  return { key, size, type, etag, metadata: { ...metadata }, createdAt };
}

const USES = new WeakMap<object, Use>();

/** Says that nobody is going to read a handle, so that its content need not wait for that. */
export function releaseHandle(handle: object): void {
  USES.get(handle)?.release();
}

/** What is read by a handle: content as it was when it was got. */
export interface Opened {
  readonly store: Store;
  readonly row: KeyRow;
  readonly body: BodyRow;
  readonly use: Use | undefined;
}

/** A handle on content from one place to another. */
export function handleOf(opened: Opened, from: number, to: number): BlobHandle {
  const { store, row, body, use } = opened;
  async function* pieces(): AsyncGenerator<Bytes> {
    try {
      yield* piecesOf(store, body, from, to);
    } finally {
      use?.end();
    }
  }
  async function bytes(): Promise<Bytes> {
    const all = new Uint8Array(to - from);
    let at = 0;
    use?.begin();
    for await (const piece of pieces()) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
  const handle: BlobHandle = {
    ...headOf(row),
    size: to - from,
    stream() {
      use?.begin();
      const all = pieces();
      let begun = false;
      return streamOf({
        next: () => (begun = true, all.next()),
        return() {
          // A generator that never began has nothing to end by itself.
          if (!begun) use?.end();
          return all.return(undefined);
        },
      });
    },
    slice(start, end) {
      const [a, b] = [placeIn(to - from, start), placeIn(to - from, end ?? to - from)];
      return handleOf(opened, from + a, from + Math.max(a, b));
    },
    bytes,
    text: async () => new TextDecoder().decode(await bytes()),
    blob: async () => new Blob([await bytes()], { type: row.type }),
  };
  if (use) USES.set(handle, use);
  return handle;
}

/** A place as `Blob.slice` counts: whole, from the end when it is negative, within the content. */
function placeIn(size: number, place: number): number {
  const whole = Math.trunc(place) || 0;
  return whole < 0 ? Math.max(0, size + whole) : Math.min(size, whole);
}

/** Opens what a key has, or a range of it. @throws {RangeError} When the range is none. */
export function openHandle(
  store: Store,
  row: KeyRow,
  body: BodyRow,
  range: { readonly start: number; readonly end?: number } | undefined,
): BlobHandle {
  const { start, end } = rangeOf(range, row.size);
  // What is small came with its body.
  const use = body.place === "inline" ? undefined : new Use(body.id);
  return handleOf({ store, row, body, use }, start, end);
}

/** @throws {RangeError} When its ends are no whole numbers from 0 on, or in the other order. */
export function rangeOf(
  range: { readonly start: number; readonly end?: number } | undefined,
  size: number,
): { readonly start: number; readonly end: number } {
  if (!range) return { start: 0, end: size };
  const start = checkCount("start", range.start, 0);
  const end = checkCount("end", range.end ?? Infinity, start);
  return { start: Math.min(start, size), end: Math.min(end, size) };
}
