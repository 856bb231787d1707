import { Sha256 } from "./sha256.ts";
import { builtIn } from "./built_in.ts";

/** SHA-256 of what comes in pieces. */
export interface Hash {
  update(bytes: Uint8Array): void;
  /** 64 hexadecimal digits; nothing can be added after that. */
  hex(): string;
}

/** A hash by the runtime where it has one that takes pieces, else by ours. */
export function newHash(): Hash {
  const crypto = builtIn("node:crypto");
  if (crypto) {
    const hash = crypto.createHash("sha256");
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
  }
  const hash = new Sha256();
  return { update: (bytes) => hash.update(bytes), hex: () => toHex(hash.digest()) };
}

/** The hash of what is there as a whole; beside this thread where the platform can do so. */
export async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const { subtle } = globalThis.crypto; // pages without TLS have none
  if (subtle) return toHex(new Uint8Array(await subtle.digest("SHA-256", bytes)));
  const hash = newHash();
  hash.update(bytes);
  return hash.hex();
}

/** The hash of a text, at once. */
export function hashOfText(text: string): string {
  const hash = newHash();
  hash.update(new TextEncoder().encode(text));
  return hash.hex();
}

export function toHex(bytes: Uint8Array): string {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
}
