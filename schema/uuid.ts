/** The counter's bits: the 12 of `rand_a` and the first 14 of `rand_b`. */
const COUNTER_SIZE = 2 ** 26;
const BATCH = 1024;

/** Numbers of 16 bits, taken from the platform many at a time. */
function cryptoWords(): () => number {
  const pool = new Uint16Array(BATCH);
  let at = BATCH;
  return () => {
    if (at === BATCH) {
      // Not before the first use: some platforms have no randomness while modules are loaded.
      crypto.getRandomValues(pool);
      at = 0;
    }
    return pool[at++] ?? 0;
  };
}

/** Codes of the digits. */
const DIGITS = /* @__PURE__ */ Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
const DASH = 45;

/** Puts four digits into a text. */
function putWord(text: number[], at: number, word: number): void {
  for (let i = 0; i < 4; i++) text[at + i] = DIGITS[word >>> 12 - 4 * i & 15] ?? 0;
}

/**
 * A source of UUIDv7 texts that strictly increase, also within a millisecond and when the
 * clock goes back, and so does their order as bytes.
 *
 * It counts in 26 bits beginning at a random place and fills the other 48 with random ones;
 * when the counter is full, time goes on by a millisecond. `now` is in milliseconds since
 * 1970. `random` gives 0 to 1 without 1, as `Math.random`.
 *
 * @default random From `crypto.getRandomValues`.
 * @see RFC 9562, section 5.7 for the layout, section 6.2 for method 1, a counter of fixed
 * length with a guard against rollover.
 */
export function uuidSource(now: () => number, random?: () => number): () => string {
  const word = random ? () => Math.floor(random() * 0x10000) : cryptoWords();
  let time = 0;
  let counter = COUNTER_SIZE;
  // One array of codes, as joining texts leaves as many behind as there are parts.
  const text = Array<number>(36).fill(DASH);
  return () => {
    const clock = Math.floor(now());
    counter++;
    if (clock > time || counter >= COUNTER_SIZE) {
      time = Math.max(clock, time + 1);
      // 25 bits: beginning in the lower half leaves the counter room to grow.
      counter = (word() << 16 | word()) >>> 7;
      putWord(text, 0, Math.floor(time / 2 ** 32));
      putWord(text, 4, time / 2 ** 16 & 0xffff);
      putWord(text, 9, time & 0xffff);
    }
    putWord(text, 14, 0x7000 | counter >>> 14);
    putWord(text, 19, 0x8000 | counter & 0x3fff);
    for (let at = 24; at < 36; at += 4) putWord(text, at, word());
    return String.fromCharCode.apply(undefined, text);
  };
}
