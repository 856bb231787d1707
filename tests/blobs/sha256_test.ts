import { createHash } from "node:crypto";
import { assertEquals } from "@std/assert";
import { newHash, toHex } from "../../db/blobs/hash.ts";
import { Sha256 } from "../../db/blobs/sha256.ts";
import { bytesOf } from "./subject.ts";

function ours(...pieces: readonly Uint8Array[]): string {
  const hash = new Sha256();
  for (const piece of pieces) hash.update(piece);
  return toHex(hash.digest());
}

/** Of FIPS 180-2, and of the examples that NIST gives for messages of other lengths. */
const VECTORS: readonly (readonly [string, string])[] = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
  [
    "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
    "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
  ],
  ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
];

Deno.test("SHA-256 gives what NIST says", () => {
  for (const [text, wanted] of VECTORS) assertEquals(ours(new TextEncoder().encode(text)), wanted);
});

Deno.test("SHA-256 is that of the platform, however the bytes come", () => {
  const bytes = bytesOf(1_000, 7);
  for (let length = 0; length < 300; length++) {
    const wanted = createHash("sha256").update(bytes.subarray(0, length)).digest("hex");
    assertEquals(ours(bytes.subarray(0, length)), wanted);
    const at = length * 7 % (length + 1);
    const [left, right] = [bytes.subarray(0, at), bytes.subarray(at, length)];
    assertEquals(ours(left, new Uint8Array(), right), wanted);
    assertEquals(
      ours(...Array.from(bytes.subarray(0, length), (byte) => Uint8Array.of(byte))),
      wanted,
    );
  }
  for (let i = 0; i < 50; i++) {
    const random = bytesOf(Math.floor(Math.random() * 300_000), i + 1);
    const cut = Math.floor(Math.random() * random.length);
    const wanted = createHash("sha256").update(random).digest("hex");
    assertEquals(ours(random.subarray(0, cut), random.subarray(cut)), wanted);
    const hash = newHash();
    hash.update(random);
    assertEquals(hash.hex(), wanted);
  }
});
