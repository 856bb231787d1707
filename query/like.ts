/** Any run of code points, and any one of them, among the code points of a pattern. */
const ANY = -1;
const ONE = -2;

function parsePattern(pattern: string): number[] {
  const tokens: number[] = [];
  let literal = false;
  for (const char of pattern) {
    const code = char.codePointAt(0) ?? 0;
    if (literal) {
      tokens.push(code);
      literal = false;
    } else if (char === "\\") literal = true;
    else if (char !== "%") tokens.push(char === "_" ? ONE : code);
    else if (tokens.at(-1) !== ANY) tokens.push(ANY);
  }
  if (literal) tokens.push(0x5c); // a last backslash stands for itself
  return tokens;
}

/** Two pointers; on a mismatch the last run takes one code point more. At most text x pattern. */
function matches(tokens: readonly number[], text: string): boolean {
  let at = 0;
  let token = 0;
  let run = -1;
  let runAt = 0;
  while (at < text.length) {
    const code = text.codePointAt(at) ?? 0;
    const wanted = tokens[token];
    if (wanted === ANY) {
      run = token++;
      runAt = at;
    } else if (wanted === code || wanted === ONE) {
      token++;
      at += code > 0xffff ? 2 : 1;
    } else if (run >= 0) {
      token = run + 1;
      runAt += (text.codePointAt(runAt) ?? 0) > 0xffff ? 2 : 1;
      at = runAt;
    } else return false;
  }
  return token === tokens.length || token === tokens.length - 1 && tokens[token] === ANY;
}

/**
 * A matcher of whole texts: `%` any run, `_` one code point, `\` takes the next literally.
 *
 * Never a RegExp: the time is bounded by text times pattern whatever the pattern.
 */
export function likeMatcher(pattern: string): (text: string) => boolean {
  const tokens = parsePattern(pattern);
  const inner = tokens.slice(tokens[0] === ANY ? 1 : 0, tokens.at(-1) === ANY ? -1 : undefined);
  if (inner.includes(ANY) || inner.includes(ONE) || tokens.length === 1 && inner.length === 0) {
    return (text) => matches(tokens, text);
  }
  // A literal with runs at its ends alone: what the engine has built in.
  const literal = inner.map((code) => String.fromCodePoint(code)).join("");
  const head = tokens[0] === ANY;
  const tail = tokens.length > 0 && tokens.at(-1) === ANY;
  return head && tail
    ? (text) => text.includes(literal)
    : head
    ? (text) => text.endsWith(literal)
    : tail
    ? (text) => text.startsWith(literal)
    : (text) => text === literal;
}

/** The text that every match of a pattern begins with, and whether a match needs no more than it. */
export function likePrefix(pattern: string): { readonly prefix: string; readonly exact: boolean } {
  const tokens = parsePattern(pattern);
  const end = tokens.findIndex((token) => token < 0);
  const literal = end < 0 ? tokens : tokens.slice(0, end);
  const exact = end === tokens.length - 1 && tokens[end] === ANY;
  return { prefix: literal.map((code) => String.fromCodePoint(code)).join(""), exact };
}
