/**
 * How far the loading is: a bar on a terminal, a line per table elsewhere.
 *
 * @module
 */
const WIDTH = 40;

export interface Progress {
  /** Rows done so far, of all tables. */
  step(done: number, label: string): void;
  end(): void;
}

export function progress(total: number, isTerminal: boolean): Progress {
  return isTerminal ? bar(total) : { step() {}, end() {} };
}

function bar(total: number): Progress {
  const encoder = new TextEncoder();
  const write = (text: string): void => {
    Deno.stdout.writeSync(encoder.encode(text));
  };
  let drawn = "";
  return {
    step(done: number, label: string): void {
      const full = Math.round((done / total) * WIDTH);
      const share = `${Math.round((done / total) * 100)}%`.padStart(4);
      const line = `  ${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${share}  ${label}`;
      if (line !== drawn) write(`\r${line}\x1b[K`);
      drawn = line;
    },
    end(): void {
      write("\r\x1b[K");
    },
  };
}
