/** What {@linkcode signBlobUrl} takes. */
export interface SignOptions {
  /** At least 16 bytes that only the server knows. */
  readonly secret: string | Uint8Array<ArrayBuffer>;
  /** When it stops to count, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What {@linkcode verifyBlobUrl} takes. */
export interface VerifyOptions {
  /** What it was signed with. */
  readonly secret: string | Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

const EXPIRES = "expires";
const SIGNATURE = "signature";
const LEAST_BYTES = 16;
/** Relative addresses have a path too. */
const BASE = "http://localhost";

/**
 * An address with an expiry and a signature (HMAC-SHA-256) over its path, its query and the expiry, for whoever may
 * read without logging in. The host is not signed, since proxies change it.
 *
 * @throws {RangeError} When the secret is shorter than 16 bytes, or the expiry no time.
 * @throws {TypeError} When the address is none.
 *
 * @example Give a link that counts for an hour
 * ```ts
 * import { signBlobUrl, verifyBlobUrl } from "@strata/data/blobs";
 * import { assertEquals } from "@std/assert";
 *
 * const secret = "a secret of this server";
 * const url = await signBlobUrl("/files/report.pdf", { secret, expiresAt: Date.now() + 3_600_000 });
 * assertEquals(await verifyBlobUrl(url, { secret }), true);
 * assertEquals(await verifyBlobUrl(url.replace("report", "salary"), { secret }), false);
 * ```
 */
export async function signBlobUrl(url: string | URL, options: SignOptions): Promise<string> {
  const { secret, expiresAt } = options;
  if (!Number.isSafeInteger(expiresAt)) {
    throw new RangeError("Cannot sign an address as it expires at a time: got something else");
  }
  const signed = new URL(url, BASE);
  signed.searchParams.delete(SIGNATURE);
  signed.searchParams.set(EXPIRES, String(expiresAt));
  const key = await keyOf(secret, "sign");
  const signature = await crypto.subtle.sign("HMAC", key, messageOf(signed));
  signed.searchParams.set(SIGNATURE, toText(new Uint8Array(signature)));
  return isRelative(url) ? signed.href.slice(signed.origin.length) : signed.href;
}

/**
 * Whether an address has a signature by {@linkcode signBlobUrl} with this secret and has not expired.
 * The comparison takes the same time wherever the two differ.
 *
 * @throws {RangeError} When the secret is shorter than 16 bytes.
 *
 * @example Refuse what has expired
 * ```ts
 * import { signBlobUrl, verifyBlobUrl } from "@strata/data/blobs";
 * import { assertEquals } from "@std/assert";
 *
 * const secret = "a secret of this server";
 * const url = await signBlobUrl("https://example.com/a.png", { secret, expiresAt: 1_000 });
 * assertEquals(await verifyBlobUrl(url, { secret, now: () => 999 }), true);
 * assertEquals(await verifyBlobUrl(url, { secret, now: () => 1_000 }), false);
 * ```
 */
export async function verifyBlobUrl(
  url: string | URL,
  { secret, now = Date.now }: VerifyOptions,
): Promise<boolean> {
  const key = await keyOf(secret, "verify");
  let signed: URL;
  try {
    signed = new URL(url, BASE);
  } catch {
    return false;
  }
  const { searchParams } = signed;
  const [signature, ...more] = searchParams.getAll(SIGNATURE);
  const bytes = signature === undefined ? undefined : fromText(signature);
  if (!bytes || more.length > 0 || searchParams.getAll(EXPIRES).length !== 1) return false;
  searchParams.delete(SIGNATURE);
  if (!await crypto.subtle.verify("HMAC", key, bytes, messageOf(signed))) return false;
  return now() < Number(searchParams.get(EXPIRES));
}

function isRelative(url: string | URL): boolean {
  return typeof url === "string" && !URL.canParse(url);
}

function messageOf({ pathname, searchParams }: URL): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`strata blob url 1\n${pathname}\n${searchParams}`);
}

async function keyOf(
  secret: string | Uint8Array<ArrayBuffer>,
  usage: "sign" | "verify",
): Promise<CryptoKey> {
  const bytes = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  if (bytes.length < LEAST_BYTES) {
    throw new RangeError(
      `Cannot sign with a secret as it has ${LEAST_BYTES} bytes or more: it is shorter`,
    );
  }
  return await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
    usage,
  ]);
}

function toText(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
function fromText(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]{43}$/.test(text)) return undefined;
  const units = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(units, (unit) => unit.charCodeAt(0));
}
