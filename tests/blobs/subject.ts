import type { Database, OpenOptions } from "../../mod.ts";
import { type Blobs, blobs, type BlobsOptions } from "../../db/blobs/mod.ts";
import type { Register } from "../conformance/suite.ts";

/** Gives an empty database; each test opens its own, and closes it. */
export type OpenEmpty = (options?: OpenOptions) => Promise<Database>;

/** How a place for blobs differs from others. */
export interface Place {
  /** The most bytes of one blob that it takes. @default no limit */
  readonly most?: number;
  /** Gives a folder of its own for bodies, in tests that want one. */
  readonly bodies?: () => string;
  /** How many random verbs the model test does. @default 1000 */
  readonly verbs?: number;
}

/** What a part of the suite gets. */
export interface BlobSuite {
  readonly place: Place;
  /** Registers a test that gets a store with chunks of 1,024 bytes and what is behind it. */
  test(name: string, fn: (subject: Subject) => Promise<void>, options?: BlobsOptions): void;
}

/** A store, its database, and a clock that stands still unless it is moved. */
export interface Subject {
  readonly db: Database;
  readonly files: Blobs;
  /** Another store in the same database. */
  store(name: string, options?: BlobsOptions): Blobs;
  readonly clock: { now: number };
}

export const CHUNK = 1_024;

export function suiteOf(
  name: string,
  open: OpenEmpty,
  place: Place,
  register: Register,
): BlobSuite {
  return {
    place,
    test(title, fn, options = {}) {
      register(`${name}: ${title}`, async () => {
        const clock = { now: 1_800_000_000_000 };
        await using db = await open({ now: () => clock.now });
        const bodies = place.bodies?.();
        const more = { chunkBytes: CHUNK, ...(bodies !== undefined && { bodies }) };
        const store = (name: string, options: BlobsOptions = {}) =>
          blobs(db, name, { ...more, ...options });
        await fn({ db, clock, store, files: store("files", options) });
      });
    },
  };
}

/** Bytes that look random and are the same for the same seed. */
export function bytesOf(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed * 2_654_435_761 >>> 0 || 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

/** A stream of pieces; `gate` holds the one with its number back until it is open. */
export function streamOf(
  pieces: readonly Uint8Array[],
  gate?: { readonly at: number; readonly open: Promise<unknown> },
): ReadableStream<Uint8Array> {
  let i = 0;
  return new ReadableStream({
    async pull(controller) {
      if (gate && i === gate.at) await gate.open;
      const piece = pieces[i++];
      if (piece) controller.enqueue(piece);
      else controller.close();
    },
  }, { highWaterMark: 0 });
}

/** Content in pieces of so many bytes. */
export function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
  return pieces;
}

/** SHA-256 by the platform. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
