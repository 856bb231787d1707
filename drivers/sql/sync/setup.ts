import { encode } from "../../../schema/codec.ts";
import { uuidSource } from "../../../schema/uuid.ts";
import type { DriverOptions, LayoutChange, Setup } from "../../../db/driver.ts";
import type { Answers, Request } from "../../../db/driver.ts";
import { changeStatements } from "../change.ts";
import type { Writes } from "../write.ts";
import type { Reader } from "./answer.ts";
import { applyEffects } from "./apply.ts";
import type { SyncClient } from "./client.ts";
import { describeTables } from "./describe.ts";
import { dataError } from "../failure.ts";
import { addCommit, hasOwnTables, isKnown, lastSeq, readMeta, writeMeta } from "./log.ts";
import { OWN_TABLES } from "../sqlite_log.ts";
import { violation } from "../sqlite_violation.ts";
import { patiently } from "../patience.ts";

const NONE: readonly never[] = [];

/** What a setup works with. */
export interface SetupParts {
  readonly client: SyncClient;
  readonly reader: Reader;
  readonly writes: Writes;
  readonly options: DriverOptions;
}

/**
 * Brings the layout up to date, as one step. With `adopt`, and nothing of ours there, it creates
 * nothing: it gives what does so, to be called inside the first commit.
 */
export async function setUp(parts: SetupParts): Promise<() => void> {
  const { client, options } = parts;
  const there = await patiently(() => hasOwnTables(client));
  if (there && options.ready(await patiently(() => readMeta(client)))) return () => {};
  const later = options.adopt && !there;
  options.signal?.throwIfAborted();
  await patiently(() => client.run(later ? "BEGIN" : "BEGIN IMMEDIATE", NONE));
  try {
    const layout = new LayoutSetup(parts, later);
    await layout.run();
    layout.log();
    await patiently(() => client.run("COMMIT", NONE));
    return layout.after;
  } catch (error) {
    try {
      client.run("ROLLBACK", NONE);
    } catch {
      // The engine did that itself.
    }
    throw dataError(error, "no");
  }
}

/** One setup, inside its transaction. */
class LayoutSetup {
  readonly #parts: SetupParts;
  readonly #later: boolean;
  /** What has to be done in the first commit instead. */
  readonly #steps: (() => void)[] = [];
  readonly #changed = new Set<string>();
  #old = false;

  constructor(parts: SetupParts, later: boolean) {
    this.#parts = parts;
    this.#later = later;
  }

  async run(): Promise<void> {
    const { client, options } = this.#parts;
    this.#old = hasOwnTables(client);
    if (!this.#later) { for (const text of OWN_TABLES) client.run(text, NONE); }
    const meta = this.#old ? readMeta(client) : new Map<string, unknown>();
    if (this.#old && options.ready(meta)) return; // another was first
    const layout: Setup = {
      meta,
      tables: () => this.#users(() => describeTables(client)),
      ask: <R extends Request>(request: R) =>
        // The answer is of the kind that was asked for.
        this.#users(() => this.#ask(request)) as Answers[R["ask"]],
      change: (change) => this.#users(() => this.#change(change)),
      setMeta: (key, value) => this.#users(() => this.#setMeta(key, value)),
    };
    await options.setup(layout);
  }

  /** Failures as errors for users, since these calls are made by the core. */
  #users<T>(fn: () => T): T {
    try {
      return fn();
    } catch (error) {
      throw dataError(error, "no");
    }
  }

  #ask(request: Request): unknown {
    const { client, reader, writes } = this.#parts;
    if (request.ask === "write") {
      applyEffects(client, writes, request.effects);
      for (const { table } of request.effects) this.#changed.add(table.name);
      return undefined;
    }
    if (request.ask === "known") return this.#old && isKnown(client, request.id);
    return reader.answer(request, true);
  }

  #change(change: LayoutChange): void {
    const { client, writes } = this.#parts;
    const statements = changeStatements(writes.dialect, change);
    this.#changed.add(change.change === "renameTable" ? change.to.name : change.table.name);
    const run = () => {
      try {
        for (const { text, params } of statements) client.run(text, params);
      } catch (error) {
        throw violation(error, change.table);
      }
    };
    if (!this.#later) return run();
    const name = writes.dialect.quote(change.table.name);
    const [create] = statements;
    if (change.change === "createTable" && create) {
      // It stands in for the table until that is made.
      client.run(create.text.replace("CREATE TABLE ", "CREATE TEMP TABLE "), NONE);
      this.#steps.push(() => client.run(`DROP TABLE IF EXISTS temp.${name}`, NONE));
    }
    this.#steps.push(run);
  }

  #setMeta(key: string, value: unknown): void {
    const { client } = this.#parts;
    if (!this.#later) return writeMeta(client, key, value);
    encode(value); // refused now rather than later
    this.#steps.push(() => writeMeta(client, key, value));
  }

  /** Remembers a migration as a commit, so that those who have the database open hear of it. */
  log(): void {
    const { client, options } = this.#parts;
    if (!this.#old || this.#changed.size === 0) return;
    const time = options.now();
    const id = uuidSource(options.now)();
    const info = { id, time, kind: "migration", origin: undefined } as const;
    addCommit(client, lastSeq(client) + 1, info, [...this.#changed], false);
  }

  /** Does what was put off, inside the first transaction that writes, unless another has. */
  readonly after = (): void => {
    if (!this.#later) return;
    const { client, options } = this.#parts;
    const there = hasOwnTables(client);
    for (const text of OWN_TABLES) client.run(text, NONE);
    if (there && options.ready(readMeta(client))) return;
    for (const step of this.#steps) step();
  };
}
