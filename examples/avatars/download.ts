/** What `fetch` does, as far as a download needs it. */
export type Fetch = (request: Request) => Promise<Response>;

/** A part of a download that was cut off. */
export interface Part {
  readonly etag: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Downloads a file; with a `part` of it from an earlier try only the rest, unless the file was changed
 * meanwhile.
 */
export async function download(fetch: Fetch, url: string, part?: Part): Promise<Part> {
  const headers = part && { "range": `bytes=${part.bytes.length}-`, "if-range": part.etag };
  const response = await fetch(new Request(url, { ...(headers && { headers }) }));
  const { status } = response;
  if (status !== 200 && status !== 206) {
    throw new Error(`Cannot download as the server answers 200 or 206: it said ${status}`);
  }
  const bytes = await response.bytes();
  const etag = response.headers.get("etag") ?? "";
  if (status === 200 || !part) return { etag, bytes };
  const whole = new Uint8Array(part.bytes.length + bytes.length);
  whole.set(part.bytes);
  whole.set(bytes, part.bytes.length);
  return { etag, bytes: whole };
}
