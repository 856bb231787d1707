/** How many ids are remembered. */
const REMEMBERED = 10_000;
/** Words of 32 bits in a UUID. */
const WORDS = 4;
const DASH = 45;

/** The number of a digit of 16; NaN for what is none. */
function digitOf(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : NaN;
}

/** Puts a UUID into words from a place on; whether the text is one, written as {@linkcode textOf} does. */
function read(id: string, words: Uint32Array, start: number): boolean {
  if (id.length !== 36) return false;
  let [at, word, digits] = [start, 0, 0];
  for (let i = 0; i < 36; i++) {
    const code = id.charCodeAt(i);
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (code !== DASH) return false;
      continue;
    }
    const digit = digitOf(code);
    if (Number.isNaN(digit)) return false;
    word = word << 4 | digit;
    if ((++digits & 7) === 0) words[at++] = word;
  }
  return true;
}

function textOf(words: Uint32Array): string {
  const hex = Array.from(words, (word) => word.toString(16).padStart(8, "0")).join("");
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]]
    .map(([from, to]) => hex.slice(from, to)).join("-");
}

/**
 * Ids of commits that are in, so that a record comes in once; the oldest are forgotten.
 *
 * UUIDs are kept as numbers in a ring, looked through by who asks. A Set of texts cost each commit 2 us, which is
 * half of a small one in memory, and texts alone much the same, since the garbage collector copies them.
 */
export class KnownIds {
  #ring = new Uint32Array(64 * WORDS);
  /** Ids of another form, by their place in the ring. */
  readonly #others = new Map<number, string>();
  readonly #asked = new Uint32Array(WORDS);
  #next = 0;
  #size = 0;

  has(id: string): boolean {
    const asked = this.#asked;
    if (!read(id, asked, 0)) {
      for (const other of this.#others.values()) if (other === id) return true;
      return false;
    }
    const ring = this.#ring;
    const [a, b, c, d] = asked;
    for (let at = 0; at < this.#size * WORDS; at += WORDS) {
      // The last word is random, so that it alone tells nearly all apart.
      if (ring[at + 3] !== d) continue;
      const same = ring[at + 2] === c && ring[at + 1] === b && ring[at] === a;
      if (same && !this.#others.has(at / WORDS)) return true;
    }
    return false;
  }
  /** From the oldest to the latest. */
  *[Symbol.iterator](): Generator<string, void, undefined> {
    const first = this.#size < REMEMBERED ? 0 : this.#next;
    for (let i = 0; i < this.#size; i++) {
      const slot = (first + i) % REMEMBERED;
      const words = this.#ring.subarray(slot * WORDS, (slot + 1) * WORDS);
      yield this.#others.get(slot) ?? textOf(words);
    }
  }
  /** Remembers an id that is not there yet. */
  add(id: string): void {
    const slot = this.#next;
    if ((slot + 1) * WORDS > this.#ring.length) this.#grow();
    if (this.#others.size > 0) this.#others.delete(slot);
    if (!read(id, this.#ring, slot * WORDS)) this.#others.set(slot, id);
    this.#next = (slot + 1) % REMEMBERED;
    this.#size = Math.max(this.#size, slot + 1);
  }
  /** At most `count` of them, those that came last. */
  last(count: number): string[] {
    return [...this].slice(-count);
  }

  #grow(): void {
    const ring = new Uint32Array(Math.min(REMEMBERED * WORDS, this.#ring.length * 4));
    ring.set(this.#ring);
    this.#ring = ring;
  }
}
