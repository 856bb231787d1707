import type { Statement } from "../compile.ts";
import { Failure } from "../failure.ts";
import type { AsyncClient, Rows } from "./client.ts";

/** The most statements that go together. */
const MOST = 100;

interface Waiting {
  readonly statement: Statement;
  resolve(rows: Rows): void;
  reject(error: unknown): void;
}

/** Runs single statements that only read; those of one tick go together, where a way costs more than they do. */
export class TickReads {
  readonly #client: AsyncClient;
  #waiting: Waiting[] = [];

  constructor(client: AsyncClient) {
    this.#client = client;
  }

  query(statement: Statement, gone?: AbortSignal): Promise<Rows> {
    // What may be given up goes by itself.
    if (!this.#client.limits.remote || gone) return this.#one(statement, gone);
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ statement, resolve, reject }) > 1) return;
      queueMicrotask(() => {
        const waiting = this.#waiting;
        this.#waiting = [];
        for (let at = 0; at < waiting.length; at += MOST) {
          void this.#together(waiting.slice(at, at + MOST));
        }
      });
    });
  }

  async #one(statement: Statement, gone?: AbortSignal): Promise<Rows> {
    const [rows = []] = await this.#client.read([statement], gone);
    return rows;
  }

  async #together(waiting: readonly Waiting[]): Promise<void> {
    try {
      const all = await this.#client.read(waiting.map(({ statement }) => statement));
      for (const [i, { resolve }] of waiting.entries()) resolve(all[i] ?? []);
    } catch (error) {
      const refused = error instanceof Failure && !error.fatal;
      // One that the engine refuses takes nobody with it.
      for (const { statement, resolve, reject } of waiting) {
        if (refused && waiting.length > 1) void this.#one(statement).then(resolve, reject);
        else reject(error);
      }
    }
  }
}
