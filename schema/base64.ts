// Node before 25 has no base64 in Uint8Array; browsers have it since 2024 and 2025.
interface ToBase64 {
  toBase64?(): string;
}
interface FromBase64 {
  fromBase64?(text: string): Uint8Array<ArrayBuffer>;
}

/** Bytes as base64, with padding. */
export function toBase64(bytes: Uint8Array): string {
  const native: Uint8Array & ToBase64 = bytes;
  if (native.toBase64) return native.toBase64();
  let units = "";
  // An argument list has a limit.
  for (let i = 0; i < bytes.length; i += 8192) {
    units += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(units);
}

/**
 * Bytes from base64, in memory of their own.
 *
 * @throws {Error} Of a class that depends on the platform, when `text` is no base64.
 */
export function fromBase64(text: string): ArrayBuffer {
  const native: typeof Uint8Array & FromBase64 = Uint8Array;
  if (native.fromBase64) return native.fromBase64(text).buffer;
  const units = atob(text);
  const bytes = new Uint8Array(units.length);
  for (let i = 0; i < units.length; i++) bytes[i] = units.charCodeAt(i);
  return bytes.buffer;
}
