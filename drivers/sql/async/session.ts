import type {
  Answers,
  DriverSession,
  FoundTable,
  Hold,
  Read,
  TableDef,
} from "../../../db/driver.ts";
import { users } from "./users.ts";
import { registerRaw } from "../raw.ts";
import { retrying } from "../patience.ts";
import { unref } from "../../../db/unref.ts";
import type { AsyncClient } from "./client.ts";
import { AsyncCommits } from "./commits.ts";
import { AsyncConnection, type ConnectionParts } from "./connection.ts";
import { createTables } from "./create.ts";
import type { AsyncEngine } from "./engine.ts";
import { AsyncHold } from "./hold.ts";
import { AsyncReader } from "./reader.ts";
import { setUp, type SetupParts } from "./setup.ts";

/** What only reads, as far as its first word says. */
const READS = /^\s*(?:select|values|explain)\b/i;

/** Opens a session on an asynchronous client: brings the layout up to date first. */
export async function openAsync(
  client: AsyncClient,
  engine: AsyncEngine,
  options: SetupParts["options"],
): Promise<DriverSession> {
  const parts = { client, engine, options, reader: new AsyncReader(engine.dialect) };
  const putOff = await setUp(parts);
  const session = new AsyncSession({ ...parts, ...putOff });
  await session.start();
  registerRaw(session, (text, params) => session.raw(text, params));
  return session;
}

/** An open database on an asynchronous client. */
export class AsyncSession implements DriverSession {
  readonly #connection: AsyncConnection;
  readonly #commits: AsyncCommits;
  #listens = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #polling: Promise<void> | undefined;
  /** Ends what tells of others. */
  #hearing: Promise<() => void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: ConnectionParts) {
    this.#connection = new AsyncConnection(parts);
    this.#commits = new AsyncCommits(this.#connection);
  }

  /** Looks how it is before anything else. */
  async start(): Promise<void> {
    await users(() => this.#connection.start());
  }

  get seq(): number {
    return this.#connection.outside.seq;
  }

  async ask<R extends Read>(request: R, gone?: AbortSignal): Promise<Answers[R["ask"]]> {
    // The answer is of the kind that was asked for.
    return await users(() => this.#connection.ask(request, gone)) as Answers[R["ask"]];
  }

  hold(): Hold {
    return new AsyncHold(this.#connection, this.#commits);
  }

  async tables(): Promise<readonly FoundTable[]> {
    return await users(() => this.#connection.tables());
  }

  live(): undefined {}

  async poll(): Promise<void> {
    await users(() => retrying(() => this.#connection.poll()));
  }

  listen(on: boolean): void {
    const { client } = this.#connection;
    if (on === this.#listens) return;
    this.#listens = on && !this.#connection.closed;
    clearTimeout(this.#timer);
    if (!client.listen) return this.#listens ? this.#pollLater() : undefined;
    const hearing = this.#hearing;
    this.#hearing = undefined;
    void hearing?.then((stop) => stop(), () => {});
    if (this.#listens) {
      this.#hearing = client.listen(() => this.#pollNow());
      // What cannot be listened to is looked for.
      this.#hearing.then(() => this.#pollNow(), () => this.#pollLater());
    }
  }

  #pollLater(): void {
    clearTimeout(this.#timer);
    if (!this.#listens) return;
    this.#timer = setTimeout(() => {
      this.#pollNow();
    }, this.#connection.client.limits.pollMs);
    unref(this.#timer);
  }

  #again = false;
  #pollNow(): void {
    if (this.#polling) {
      this.#again = true;
      return;
    }
    const poll = async () => {
      do {
        this.#again = false;
        try {
          await this.#connection.poll();
        } catch {
          // Locked, or worse: who reads or writes next meets it, and this looks again.
        }
      } while (this.#again && this.#listens);
      this.#polling = undefined;
      if (!this.#connection.client.listen) this.#pollLater();
    };
    this.#polling = poll();
  }

  /** Runs SQL of the user's. */
  async raw(text: string, params: readonly unknown[]): Promise<readonly unknown[]> {
    const connection = this.#connection;
    const { client, outside } = connection;
    const run = () => retrying(() => client.objects({ text, params }));
    return await users(async () => {
      if (READS.test(text)) return await connection.beside(run);
      const rows = await connection.turn(undefined, async () => {
        await connection.park();
        return await run();
      });
      if (!client.limits.tracked) outside.stranger();
      await connection.poll();
      return rows;
    });
  }

  async create(tables: readonly TableDef[]): Promise<void> {
    await undefined; // commits that are being told come first
    await users(() =>
      retrying(() => this.#connection.turn(undefined, () => createTables(this.#connection, tables)))
    );
  }

  async compact(): Promise<void> {
    await this.#commits.idle();
    await users(() =>
      retrying(() =>
        this.#connection.turn(undefined, async () => {
          await this.#connection.park();
          await this.#connection.client.compact();
        })
      )
    );
    await this.poll();
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    this.listen(false);
    const connection = this.#connection;
    await this.#commits.idle();
    await this.#polling;
    await connection.lane.run(async () => {
      await connection.park();
      await connection.release(undefined);
    });
    await connection.client.close();
    await connection.lane.run(() => Promise.resolve(void (connection.closed = true)));
  }
}
