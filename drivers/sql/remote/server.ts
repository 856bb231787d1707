import { NO_BYTES } from "../no_bytes.ts";
import type { Statement } from "../compile.ts";
import type { TransactionMode } from "../async/client.ts";
import { Failure } from "../failure.ts";
import type { SyncClient } from "../sync/client.ts";
import { type Asked, failedOf, type RemoteReply, type RemoteRequest } from "./messages.ts";
import type { RemoteRows } from "./messages.ts";

const NONE: readonly never[] = [];
const READS = /^\s*(?:SELECT|VALUES|PRAGMA|EXPLAIN)\b/i;
/**
 * For so many milliseconds a transaction may be left alone while others wait for it: who has it may be a page
 * that was put to sleep. What is held back can be done again; a commit or what is reserved ends sooner by itself.
 */
const LEFT_ALONE_MS: Record<TransactionMode, number> = {
  hold: 500,
  read: 2_000,
  commit: 15_000,
};
/**
 * The same for what reads while its own peer waits to write: it may itself be waiting to hear what became of that.
 */
const OWN_READ_MS = 4;
/** How often it is looked. */
const WATCH_MS = 100;

/** A transaction of a peer. */
interface Open {
  readonly peer: object;
  readonly number: number;
  readonly mode: TransactionMode;
  /** What it has written, to be done again after others have read. */
  readonly written: Statement[];
  /** Whether it is open on the connection. */
  placed: boolean;
  /** By which it shows whether other connections have written meanwhile. */
  version: unknown;
  used: number;
}

interface Waiting {
  readonly peer: object;
  readonly request: RemoteRequest;
  readonly reply: (reply: RemoteReply) => void;
}

/**
 * One connection that serves several peers, each as if it had the database to itself:
 *
 * ```text
 * read, or a transaction that reads    what a writing one has in place is taken back for it
 * a transaction that writes            one at a time; put in place again when its peer goes on
 * ```
 *
 * Who would meet another's transaction waits for its end.
 */
export class StatementServer {
  readonly #client: SyncClient;
  /** Called when something was committed, with the peer that did. */
  readonly #committed: (peer: object) => void;
  #writing: Open | undefined;
  #reading: Open | undefined;
  #waiting: Waiting[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: SyncClient, committed: (peer: object) => void = () => {}) {
    this.#client = client;
    this.#committed = committed;
  }

  /** Answers a request, now or when it is its turn. */
  handle(peer: object, request: RemoteRequest, reply: (reply: RemoteReply) => void): void {
    const waiting = { peer, request, reply };
    if (this.#waits(waiting)) this.#waiting.push(waiting);
    else {
      this.#answer(waiting);
      if (this.#waiting.length > 0) this.#goOn();
    }
    if (this.#waiting.length > 0) this.#watch();
  }

  /** Ends what a peer has open, and forgets what it has asked. */
  leave(peer: object): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.peer !== peer);
    for (const open of [this.#reading, this.#writing]) {
      if (open?.peer === peer) this.#end(open);
    }
    this.#goOn();
  }

  /** Ends all, before the connection is closed. */
  close(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
    for (const open of [this.#reading, this.#writing]) if (open) this.#end(open);
    this.#client.clear();
  }

  #goOn(): void {
    for (let at = 0; at < this.#waiting.length;) {
      const waiting = this.#waiting[at];
      if (!waiting || this.#waits(waiting)) {
        at++;
        continue;
      }
      this.#waiting.splice(at, 1);
      this.#answer(waiting);
      at = 0; // it may have let others go on
    }
    if (this.#waiting.length > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Looks after a while whether those who are waited for have anything to do. */
  #watch(): void {
    const soon = this.#ownReader;
    if (this.#timer !== undefined && !soon) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const now = performance.now();
      for (const open of [this.#reading, this.#writing]) {
        const most = open && open === this.#ownReader
          ? OWN_READ_MS
          : open && LEFT_ALONE_MS[open.mode];
        if (open && most !== undefined && now - open.used >= most) this.#end(open);
      }
      this.#goOn();
      if (this.#waiting.length > 0) this.#watch();
    }, soon ? OWN_READ_MS : WATCH_MS);
  }

  /** Who reads while it waits to write itself. */
  get #ownReader(): Open | undefined {
    const reading = this.#reading;
    return this.#waiting.some(({ peer }) => peer === reading?.peer) ? reading : undefined;
  }

  #waits({ peer, request: { asked } }: Waiting): boolean {
    switch (asked.do) {
      case "read":
        return false;
      case "begin":
        if (asked.mode === "read") return this.#reading !== undefined;
        return this.#reading !== undefined || this.#writing !== undefined;
      case "rollback":
        return false;
      case "run":
      case "commit":
        return this.#reading !== undefined &&
          this.#find(peer, asked.transaction) === this.#writing && this.#writing !== undefined;
      default:
        return this.#reading !== undefined || this.#writing !== undefined;
    }
  }

  #find(peer: object, number: number): Open | undefined {
    for (const open of [this.#reading, this.#writing]) {
      if (open?.peer === peer && open.number === number) return open;
    }
    return undefined;
  }

  #answer({ peer, request: { id, asked }, reply }: Waiting): void {
    let answer: RemoteReply;
    try {
      answer = { id, rows: this.#perform(peer, asked) };
    } catch (error) {
      answer = { id, failed: failedOf(error) };
    }
    reply(answer);
  }

  #perform(peer: object, asked: Asked): RemoteRows {
    switch (asked.do) {
      case "read":
        return this.#read(asked.statements);
      case "write":
        return this.#write(peer, asked.statements);
      case "objects":
        return this.#objects(peer, asked.statements);
      case "begin":
        return this.#begin(peer, asked);
      case "run":
        return this.#run(this.#open(peer, asked.transaction), asked.statements);
      case "commit":
        return this.#commit(this.#open(peer, asked.transaction), asked.statements);
      case "rollback": {
        const open = this.#find(peer, asked.transaction);
        if (open) this.#end(open);
        return [];
      }
      case "compact":
        this.#client.exec("VACUUM");
        this.#client.rows("PRAGMA wal_checkpoint(TRUNCATE)", NONE);
        return [];
    }
  }

  /** A transaction that is there; one that was ended may begin again. */
  #open(peer: object, number: number): Open {
    const open = this.#find(peer, number);
    if (!open) {
      throw new Failure(new Error("Cannot go on as the transaction is open: it was ended"), "busy");
    }
    open.used = performance.now();
    return open;
  }

  #all(statements: readonly Statement[]): RemoteRows {
    return statements.map(({ text, params }) => this.#client.rows(text, params.map(bindable)));
  }

  #read(statements: readonly Statement[]): RemoteRows {
    this.#unplace();
    if (this.#reading || statements.length === 1) return this.#all(statements);
    return this.#within("BEGIN", () => this.#all(statements));
  }

  #write(peer: object, statements: readonly Statement[]): RemoteRows {
    const rows = this.#within("BEGIN IMMEDIATE", () => this.#all(statements));
    this.#committed(peer);
    return rows;
  }

  #objects(peer: object, statements: readonly Statement[]): RemoteRows {
    const [statement] = statements;
    if (!statement) return [];
    const rows = this.#client.objects(statement.text, statement.params.map(bindable));
    if (!READS.test(statement.text)) this.#committed(peer);
    return [rows];
  }

  /** Runs `fn` in a transaction of its own. */
  #within<T>(begin: string, fn: () => T): T {
    this.#client.run(begin, NONE);
    try {
      const value = fn();
      this.#client.run("COMMIT", NONE);
      return value;
    } catch (error) {
      this.#rollback();
      throw error;
    }
  }

  #begin(
    peer: object,
    { transaction: number, mode, statements }: Extract<Asked, { do: "begin" }>,
  ): RemoteRows {
    const open: Open = {
      ...{ peer, number, mode, written: [], placed: false },
      ...{ version: undefined, used: performance.now() },
    };
    if (mode === "read") {
      this.#unplace();
      this.#client.run("BEGIN", NONE);
      open.placed = true;
      this.#reading = open;
    } else {
      this.#client.run("BEGIN IMMEDIATE", NONE);
      open.placed = true;
      this.#writing = open;
      open.version = this.#version();
    }
    try {
      return this.#run(open, statements);
    } catch (error) {
      this.#end(open);
      throw error;
    }
  }

  /** A value that moves when another connection has committed. */
  #version(): unknown {
    return this.#client.row("PRAGMA data_version", NONE)?.[0];
  }

  #run(open: Open, statements: readonly Statement[]): RemoteRows {
    try {
      this.#place(open);
      const rows = statements.length > 1 ? this.#step(statements) : this.#all(statements);
      if (open.mode !== "read") {
        for (const statement of statements) {
          if (!READS.test(statement.text)) open.written.push(statement);
        }
      }
      return rows;
    } catch (error) {
      if (error instanceof Failure && error.fatal) this.#end(open);
      throw error;
    }
  }

  /** Statements of which all are done, or none. */
  #step(statements: readonly Statement[]): RemoteRows {
    if (statements.every(({ text }) => READS.test(text))) return this.#all(statements);
    this.#client.run("SAVEPOINT strata_step", NONE);
    try {
      const rows = this.#all(statements);
      this.#client.run("RELEASE strata_step", NONE);
      return rows;
    } catch (error) {
      if (!(error instanceof Failure && error.fatal)) {
        this.#client.run("ROLLBACK TO strata_step", NONE);
        this.#client.run("RELEASE strata_step", NONE);
      }
      throw error;
    }
  }

  #commit(open: Open, statements: readonly Statement[]): RemoteRows {
    try {
      this.#place(open);
      const rows = this.#all(statements);
      this.#client.run("COMMIT", NONE);
      open.placed = false;
      this.#committed(open.peer);
      return rows;
    } finally {
      this.#end(open);
    }
  }

  /** Puts what a transaction has written in place again. */
  #place(open: Open): void {
    if (open.placed) return;
    this.#client.run("BEGIN IMMEDIATE", NONE);
    open.placed = true;
    if (this.#version() !== open.version) {
      throw new Failure(
        new Error("Cannot go on as nobody else writes: another connection has"),
        "busy",
      );
    }
    this.#all(open.written);
  }

  /** Takes back what is in place, so that others don't see it. */
  #unplace(): void {
    const open = this.#writing;
    if (!open?.placed) return;
    open.placed = false;
    this.#rollback();
  }

  #end(open: Open): void {
    if (this.#reading === open) this.#reading = undefined;
    if (this.#writing === open) this.#writing = undefined;
    if (open.placed) this.#rollback();
    open.placed = false;
  }

  #rollback(): void {
    try {
      this.#client.run("ROLLBACK", NONE);
    } catch {
      // The engine did that itself.
    }
  }
}

/** Empty bytes come over a thread with an empty buffer of their own; see {@linkcode NO_BYTES}. */
function bindable(value: unknown): unknown {
  return value instanceof Uint8Array && value.length === 0 ? NO_BYTES : value;
}
