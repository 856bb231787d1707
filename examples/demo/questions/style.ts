/**
 * Colours, on a terminal that wants them.
 *
 * @module
 */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
}

export function styleFor(isTerminal: boolean): Style {
  const paint = (code: number) => (text: string): string =>
    isTerminal && !Deno.noColor ? `\x1b[${code}m${text}\x1b[0m` : text;
  return { bold: paint(1), dim: paint(2), good: paint(32), bad: paint(31) };
}
