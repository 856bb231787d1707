type Comment = Deno.lint.LineComment | Deno.lint.BlockComment;

/** The line, counted from 1, that holds the character at `index`. */
export function lineOf(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < index; at = text.indexOf("\n", at + 1)) {
    line++;
  }
  return line;
}

/** Lines on which a comment ends, by what it is for. */
export interface CommentedLines {
  /** A reason in words: neither a docstring nor a directive. */
  readonly reasons: ReadonlySet<number>;
  readonly anyIgnored: ReadonlySet<number>;
}

/** Sorts `comments` of the file `text` by purpose. */
export function commentedLines(text: string, comments: readonly Comment[]): CommentedLines {
  const [reasons, anyIgnored] = [new Set<number>(), new Set<number>()];
  for (const { value, range } of comments) {
    const line = lineOf(text, range[1] - 1);
    const directive = /^\s*(?:deno-|@ts-)(.*)/.exec(value)?.[1];
    if (directive === undefined) {
      if (!value.startsWith("*")) reasons.add(line);
    } else if (/^lint-ignore\b.*\bno-explicit-any\b/.test(directive)) {
      anyIgnored.add(line);
    }
  }
  return { reasons, anyIgnored };
}

/** Lines of `text` that hold code: neither blank nor comment alone. */
export function codeLines(text: string, comments: readonly Comment[]): number {
  let code = "";
  let from = 0;
  for (const { range: [start, end] } of comments) {
    code += text.slice(from, start) + text.slice(start, end).replace(/[^\n]/g, "");
    from = end;
  }
  return (code + text.slice(from)).split("\n").filter((line) => line.trim() !== "").length;
}
