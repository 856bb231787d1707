/**
 * SHA-256 of bytes that come in pieces, for runtimes without one of their own: Web Crypto wants all at once.
 *
 * @see https://csrc.nist.gov/pubs/fips/180-4/upd1/final
 */
const BLOCK = 64;

/** The first 64 primes. */
const PRIMES: readonly number[] = primes(64);
/** The first 32 bits of the fractions of their cube roots. */
const K: Int32Array = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
/** The same of the square roots of the first eight. */
const START: Int32Array = Int32Array.from(
  PRIMES.slice(0, 8),
  (prime) => fraction(Math.sqrt(prime)),
);

function primes(count: number): number[] {
  const found: number[] = [];
  for (let n = 2; found.length < count; n++) if (found.every((prime) => n % prime)) found.push(n);
  return found;
}
function fraction(root: number): number {
  return (root - Math.floor(root)) * 2 ** 32;
}

/** The hash of everything that it was given. */
export class Sha256 {
  readonly #state = START.slice();
  /** The words of a block, extended. */
  readonly #words = new Int32Array(64);
  /** The beginning of a block that is not whole yet. */
  readonly #rest = new Uint8Array(BLOCK);
  #length = 0;

  update(bytes: Uint8Array): void {
    let at = 0;
    const held = this.#length % BLOCK;
    this.#length += bytes.length;
    if (held > 0) {
      at = Math.min(BLOCK - held, bytes.length);
      this.#rest.set(bytes.subarray(0, at), held);
      if (held + at < BLOCK) return;
      this.#blocks(this.#rest, 0, BLOCK);
    }
    const end = at + Math.floor((bytes.length - at) / BLOCK) * BLOCK;
    this.#blocks(bytes, at, end);
    this.#rest.set(bytes.subarray(end));
  }

  /** The 32 bytes; nothing can be added after that. */
  digest(): Uint8Array<ArrayBuffer> {
    const held = this.#length % BLOCK;
    const tail = new Uint8Array(held < BLOCK - 8 ? BLOCK : 2 * BLOCK);
    tail.set(this.#rest.subarray(0, held));
    tail[held] = 0x80;
    new DataView(tail.buffer).setBigUint64(tail.length - 8, BigInt(this.#length) * 8n);
    this.#blocks(tail, 0, tail.length);
    const digest = new Uint8Array(32);
    const view = new DataView(digest.buffer);
    this.#state.forEach((word, i) => view.setInt32(4 * i, word));
    return digest;
  }

  #blocks(bytes: Uint8Array, from: number, to: number): void {
    const words = this.#words;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    // Indexes lie within the lists, so that nothing is 0 for being absent.
    let [h0 = 0, h1 = 0, h2 = 0, h3 = 0, h4 = 0, h5 = 0, h6 = 0, h7 = 0] = this.#state;
    for (let block = from; block < to; block += BLOCK) {
      for (let i = 0; i < 16; i++) words[i] = view.getInt32(block + 4 * i);
      for (let i = 16; i < 64; i++) {
        const x = words[i - 15] ?? 0;
        const y = words[i - 2] ?? 0;
        const s0 = (x >>> 7 | x << 25) ^ (x >>> 18 | x << 14) ^ x >>> 3;
        const s1 = (y >>> 17 | y << 15) ^ (y >>> 19 | y << 13) ^ y >>> 10;
        words[i] = (words[i - 16] ?? 0) + s0 + (words[i - 7] ?? 0) + s1;
      }
      let [a, b, c, d, e, f, g, h] = [h0, h1, h2, h3, h4, h5, h6, h7];
      for (let i = 0; i < 64; i++) {
        const s1 = (e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7);
        const t1 = h + s1 + (g ^ e & (f ^ g)) + (K[i] ?? 0) + (words[i] ?? 0) | 0;
        const s0 = (a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10);
        const t2 = s0 + (a & b ^ c & (a ^ b)) | 0;
        h = g;
        g = f;
        f = e;
        e = d + t1 | 0;
        d = c;
        c = b;
        b = a;
        a = t1 + t2 | 0;
      }
      h0 = h0 + a | 0;
      h1 = h1 + b | 0;
      h2 = h2 + c | 0;
      h3 = h3 + d | 0;
      h4 = h4 + e | 0;
      h5 = h5 + f | 0;
      h6 = h6 + g | 0;
      h7 = h7 + h | 0;
    }
    this.#state.set([h0, h1, h2, h3, h4, h5, h6, h7]);
  }
}
