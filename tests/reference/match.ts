/**
 * Whether all of `text` matches `pattern`: `%` is any run, `_` one code point, `\` takes
 * the next code point as it is. A `\` at the very end stands for itself.
 */
export function like(text: string, pattern: string): boolean {
  const points = [...text];
  // reached[i]: the pattern read so far matches the first i code points.
  let reached = points.map(() => false);
  reached.unshift(true);
  for (const token of tokens(pattern)) {
    const next = reached.map(() => false);
    for (let i = 0; i <= points.length; i++) {
      if (token === "any run") next[i] = reached[i]! || (i > 0 && next[i - 1]!);
      else if (i > 0) next[i] = reached[i - 1]! && accepts(token, points[i - 1]!);
    }
    reached = next;
  }
  return reached[points.length]!;
}

type Token = "any run" | "any one" | { readonly exactly: string };

function tokens(pattern: string): Token[] {
  const points = [...pattern];
  const result: Token[] = [];
  for (let i = 0; i < points.length; i++) {
    const point = points[i]!;
    if (point === "%") result.push("any run");
    else if (point === "_") result.push("any one");
    else if (point === "\\" && i + 1 < points.length) result.push({ exactly: points[++i]! });
    else result.push({ exactly: point });
  }
  return result;
}

function accepts(token: Token, point: string): boolean {
  return token === "any one" || (typeof token === "object" && token.exactly === point);
}
