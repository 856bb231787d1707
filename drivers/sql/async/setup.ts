import { encode } from "../../../schema/codec.ts";
import { uuidSource } from "../../../schema/uuid.ts";
import type {
  Answers,
  DriverOptions,
  LayoutChange,
  Request,
  Setup,
  TableDef,
} from "../../../db/driver.ts";
import { changeStatements } from "../change.ts";
import type { Statement } from "../compile.ts";
import { dataError, Failure } from "../failure.ts";
import { metaOf } from "../log.ts";
import { retrying } from "../patience.ts";
import type { AsyncClient, AsyncTransaction } from "./client.ts";
import { ask } from "./drive.ts";
import { applyEffects } from "./effects.ts";
import type { AsyncEngine, Run } from "./engine.ts";
import { isTrue } from "./outside.ts";
import { type AsyncReader, emptyAnswer, tablesOf } from "./reader.ts";

/** What a setup works with. */
export interface SetupParts {
  readonly client: AsyncClient;
  readonly engine: AsyncEngine;
  readonly reader: AsyncReader;
  readonly options: DriverOptions;
}

/** What is put off until the first commit. */
export interface PutOff {
  /** Does it, inside the transaction of that commit, unless another has. */
  prepare(run: Run): Promise<void>;
  /** The tables that are made by it. */
  readonly absent: ReadonlySet<TableDef>;
}

const NOTHING: PutOff = { prepare: () => Promise.resolve(), absent: new Set() };

/**
 * Brings the layout up to date, as one step. With `adopt`, and nothing of ours there, it creates nothing:
 * what is to be made is put off.
 */
export async function setUp(parts: SetupParts): Promise<PutOff> {
  const { client, engine, options } = parts;
  try {
    const there = await retrying(() => isReady(parts), options.signal);
    if (there === "ready") return NOTHING;
    options.signal?.throwIfAborted();
    const later = options.adopt && there === "nothing";
    return await retrying(async () => {
      const { transaction, rows } = await client.begin(later ? "read" : "commit", [
        engine.log.exists,
      ]);
      const layout = new LayoutSetup(parts, transaction, later, isTrue(rows[0]));
      try {
        const putOff = await layout.run();
        if (later) await transaction.rollback();
        else await transaction.commit(await layout.logged());
        return putOff;
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
    }, options.signal);
  } catch (error) {
    throw dataError(error, "no");
  }
}

async function isReady(
  { client, engine: { log }, options }: SetupParts,
): Promise<"ready" | "other" | "nothing"> {
  const [exists] = await client.read([log.exists]);
  if (!isTrue(exists)) return "nothing";
  const [meta = []] = await client.read([log.meta]);
  return options.ready(metaOf(meta)) ? "ready" : "other";
}

/** One setup, inside its transaction. */
class LayoutSetup {
  readonly #parts: SetupParts;
  readonly #transaction: AsyncTransaction;
  readonly #later: boolean;
  /** Whether the tables of Strata were there. */
  readonly #old: boolean;
  /** What has to be done in the first commit instead. */
  readonly #steps: Statement[] = [];
  readonly #absent = new Set<TableDef>();
  readonly #changed = new Set<string>();

  constructor(parts: SetupParts, transaction: AsyncTransaction, later: boolean, old: boolean) {
    this.#parts = parts;
    this.#transaction = transaction;
    this.#later = later;
    this.#old = old;
  }

  readonly #run: Run = (statements) => this.#transaction.run(statements);

  async run(): Promise<PutOff> {
    const { engine, options } = this.#parts;
    if (!this.#later) await this.#run(engine.log.create);
    const rows = this.#old ? (await this.#run([engine.log.meta]))[0] ?? [] : [];
    const meta = metaOf(rows);
    if (this.#old && options.ready(meta)) return NOTHING; // another was first
    const layout: Setup = {
      meta,
      tables: () => this.#users(() => engine.describe(this.#run)),
      ask: <R extends Request>(request: R) =>
        // The answer is of the kind that was asked for.
        this.#users(() => this.#ask(request)) as Promise<Answers[R["ask"]]>,
      change: (change) => this.#users(() => this.#change(change)),
      setMeta: (key, value) => this.#users(() => this.#setMeta(key, value)),
    };
    await options.setup(layout);
    if (!this.#later) return NOTHING;
    return { prepare: (run) => this.#prepare(run), absent: this.#absent };
  }

  /** Failures as errors for users, since these calls are made by the core; what is busy is tried again. */
  async #users<T>(fn: () => Promise<T>): Promise<T> {
    try {
      return await fn();
    } catch (error) {
      throw dataError(error, "no");
    }
  }

  async #ask(request: Request): Promise<unknown> {
    const { engine, reader } = this.#parts;
    if (request.ask === "write") {
      await applyEffects(this.#transaction, engine, request.effects);
      for (const { table } of request.effects) this.#changed.add(table.name);
      return undefined;
    }
    if (request.ask === "known") {
      if (!this.#old) return false;
      return ((await this.#run([engine.log.known(request.id)]))[0]?.length ?? 0) > 0;
    }
    if (tablesOf(request).some((table) => this.#absent.has(table))) return emptyAnswer(request);
    return await ask(reader.answer(request), async (statement) => {
      const [rows = []] = await this.#run([statement]);
      return rows;
    });
  }

  async #change(change: LayoutChange): Promise<void> {
    const { engine } = this.#parts;
    const statements = changeStatements(engine.dialect, change);
    this.#changed.add(change.change === "renameTable" ? change.to.name : change.table.name);
    if (this.#later) {
      if (change.change === "createTable") this.#absent.add(change.table);
      this.#steps.push(...statements);
      return;
    }
    try {
      await this.#run(statements);
    } catch (error) {
      const told = error instanceof Failure && error.kind === "constraint";
      throw told ? engine.violation(error, [change.table]) : error;
    }
  }

  async #setMeta(key: string, value: unknown): Promise<void> {
    const statement = this.#parts.engine.log.setMeta(key, encode(value));
    if (this.#later) this.#steps.push(statement);
    else await this.#run([statement]);
  }

  /** Remembers a migration as a commit, so that those who have the database open hear of it. */
  async logged(): Promise<readonly Statement[]> {
    const { engine: { log }, options } = this.#parts;
    if (!this.#old || this.#changed.size === 0) return [];
    const time = options.now();
    const [rows] = await this.#run([log.head(true)]);
    return log.add({
      ...{ id: uuidSource(options.now)(), time, kind: "migration", origin: undefined },
      ...{ seq: Number(rows?.[0]?.[0] ?? 0) + 1, tables: [...this.#changed], strangers: false },
    });
  }

  /** Does what was put off, unless another has. */
  async #prepare(run: Run): Promise<void> {
    const { engine: { log }, options } = this.#parts;
    const [exists] = await run([log.exists]);
    await run(log.create);
    if (isTrue(exists)) {
      const [meta = []] = await run([log.meta]);
      if (options.ready(metaOf(meta))) return;
    }
    await run(this.#steps);
  }
}
