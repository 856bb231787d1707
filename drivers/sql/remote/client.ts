import type { Statement } from "../compile.ts";
import { Failure } from "../failure.ts";
import type {
  AsyncClient,
  AsyncTransaction,
  Begun,
  ClientLimits,
  Rows,
  TransactionMode,
} from "../async/client.ts";
import type { Cells } from "../decode.ts";
import { type Asked, failureOf, type RemoteReply, type RemoteRequest } from "./messages.ts";
import type { RemoteRows } from "./messages.ts";

/** So long a statement that nobody waits for may go on before who runs it is replaced. */
const GRACE_MS = 5;

/** A way to a {@linkcode StatementServer}. */
export interface Link {
  send(request: RemoteRequest): void;
  /** Keeps the program alive, or not. */
  hold(on: boolean): void;
  /** Ends it at once; what it has open is taken back. */
  end(): void;
  /** Ends it after what runs. */
  close(): Promise<void>;
}

/** What a link tells. */
export interface LinkEvents {
  reply(reply: RemoteReply): void;
  /** It is of no more use: its other side has ended. `clean` says that what was not answered was not done. */
  ended(clean: boolean): void;
  /** Somebody else has committed. */
  committed(): void;
}

/** How a client comes by links. */
export interface Linking {
  /** Makes one; rejects when there is nobody to be reached. */
  connect(events: LinkEvents): Promise<Link>;
  /** Whether what a link that ended had is there for the next one; else all is lost. */
  readonly lasting: boolean;
  /** Whether a link that is busy may be ended. */
  readonly replaceable: boolean;
  /** Whether others are told of commits, so that nobody has to look for them. */
  readonly tells: boolean;
  /** Ends what is kept from one link to the next. */
  close(): Promise<void>;
}

interface Pending {
  readonly request: RemoteRequest;
  readonly resolve: (rows: RemoteRows) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
  /** Whether it was sent over a link. */
  sent: boolean;
  /** Whether it was sent over one that ended before it was answered. */
  again: boolean;
}

const gone = (why: string, kind: Failure["kind"]) =>
  new Failure(new Error(`Cannot go on as the database is there: ${why}`), kind);

/**
 * A client whose statements run in another thread or tab. When that ends, or runs a statement that nobody waits
 * for any more, it is replaced: what has only read is asked again, a transaction is told as busy and does its
 * writes again, and of a commit nobody knows.
 */
export class RemoteClient implements AsyncClient {
  readonly limits: ClientLimits = {
    ...{ single: false, remote: true, tracked: false, holdCommits: true },
    ...{ idleMs: 10, pollMs: 100 },
  };
  readonly listen?: (notify: () => void) => Promise<() => void>;
  readonly #linking: Linking;
  /** Called when all is lost. */
  readonly #lost: () => void;
  #link: Link | undefined;
  #linked: Promise<void> | undefined;
  /** Which link it is; a transaction of another one is over. */
  #age = 0;
  #ids = 0;
  readonly #pending = new Map<number, Pending>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #notify: (() => void) | undefined;
  /** Called when nothing is asked any more. */
  #idle: (() => void) | undefined;
  #closed = false;

  constructor(linking: Linking, lost: () => void) {
    this.#linking = linking;
    this.#lost = lost;
    if (linking.tells) {
      this.listen = (notify) => {
        this.#notify = notify;
        return Promise.resolve(() => void (this.#notify = undefined));
      };
    }
  }

  async read(statements: readonly Statement[], signal?: AbortSignal): Promise<readonly Rows[]> {
    return rowsOf(await this.#ask({ do: "read", statements: plain(statements) }, signal));
  }

  async write(statements: readonly Statement[]): Promise<readonly Rows[]> {
    return rowsOf(await this.#ask({ do: "write", statements: plain(statements) }));
  }

  async begin(mode: TransactionMode, statements: readonly Statement[]): Promise<Begun> {
    const number = ++this.#ids;
    const rows = await this.#ask({
      ...{ do: "begin", transaction: number, mode, statements: plain(statements) },
    });
    const age = this.#age;
    let over = false;
    const ask = async (asked: Asked, signal?: AbortSignal) => {
      if (age !== this.#age) throw gone("the transaction was ended", "busy");
      return rowsOf(await this.#ask(asked, signal));
    };
    const transaction: AsyncTransaction = {
      run: async (statements, signal) =>
        statements.length === 0
          ? []
          : await ask({ do: "run", transaction: number, statements: plain(statements) }, signal),
      async commit(statements) {
        over = true;
        return await ask({ do: "commit", transaction: number, statements: plain(statements) });
      },
      // Nobody has to wait for that, since what comes after it is answered after it.
      rollback: () => {
        if (!over) ask({ do: "rollback", transaction: number }).catch(() => {});
        over = true;
        return Promise.resolve();
      },
    };
    return { transaction, rows: rowsOf(rows) };
  }

  async objects(statement: Statement): Promise<readonly unknown[]> {
    const [rows = []] = await this.#ask({ do: "objects", statements: plain([statement]) });
    return rows;
  }

  async compact(): Promise<void> {
    await this.#ask({ do: "compact" });
  }

  async close(): Promise<void> {
    if (this.#pending.size > 0) await new Promise<void>((idle) => this.#idle = idle);
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#linked;
    const link = this.#link;
    this.#link = undefined;
    this.#age++;
    await link?.close();
    await this.#linking.close();
  }

  #ask(asked: Asked, signal?: AbortSignal): Promise<RemoteRows> {
    if (this.#closed) return Promise.reject(gone("the database is closed", "closed"));
    return new Promise((resolve, reject) => {
      const request = { id: ++this.#ids, asked };
      const pending = { request, resolve, reject, signal, sent: false, again: false };
      this.#pending.set(request.id, pending);
      if (signal && this.#linking.replaceable) {
        signal.addEventListener("abort", () => this.#look(), { once: true });
      }
      if (this.#link) {
        if (this.#pending.size === 1) this.#link.hold(true);
        this.#send(this.#link, pending);
      } else this.#connect();
    });
  }

  #send(link: Link, pending: Pending): void {
    pending.sent = true;
    try {
      link.send(pending.request);
    } catch (cause) {
      this.#pending.delete(pending.request.id);
      pending.reject(new Failure(cause, "other")); // a value of the user's that can't be sent
    }
  }

  #connect(): void {
    this.#linked ??= this.#begin().finally(() => this.#linked = undefined);
  }

  async #begin(): Promise<void> {
    const age = ++this.#age;
    const events: LinkEvents = {
      reply: (reply) => {
        if (age === this.#age) this.#settle(reply);
      },
      ended: (clean) => {
        if (age === this.#age) this.#replace(clean);
      },
      committed: () => this.#notify?.(),
    };
    let link: Link;
    try {
      link = await this.#linking.connect(events);
    } catch (error) {
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
      return this.#idle?.();
    }
    if (age !== this.#age) return link.end();
    this.#link = link;
    link.hold(this.#pending.size > 0);
    for (const pending of this.#pending.values()) this.#send(link, pending);
    this.#notify?.(); // of what was committed meanwhile nobody was told
  }

  #settle({ id, rows, failed }: RemoteReply): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    if (failed) pending.reject(failureOf(failed));
    else pending.resolve(rows ?? []);
    if (this.#pending.size > 0) return this.#look();
    this.#link?.hold(false);
    this.#idle?.();
  }

  /** Who runs a statement that nobody waits for is replaced. */
  #look(): void {
    clearTimeout(this.#timer);
    const first = this.#first;
    if (!first?.signal?.aborted || !this.#linking.replaceable) return;
    this.#timer = setTimeout(() => {
      if (this.#first === first) this.#replace(false);
    }, GRACE_MS);
  }

  /** What runs now, as requests are answered in their order. */
  get #first(): Pending | undefined {
    const [first] = this.#pending.values();
    return first;
  }

  #replace(clean: boolean): void {
    const link = this.#link;
    this.#link = undefined;
    this.#age++;
    link?.end(); // which may tell that it has ended
    const { lasting } = this.#linking;
    if (!lasting) {
      this.#closed = true;
      this.#lost();
    }
    for (const pending of [...this.#pending.values()]) {
      const { request: { id }, resolve, reject } = pending;
      const end = lasting ? this.#endOf(pending, clean) : gone("it was in memory", "lost");
      if (end === "again") {
        pending.again ||= pending.sent && !clean;
        continue;
      }
      this.#pending.delete(id);
      if (end === "done") resolve([]);
      else reject(end);
    }
    if (this.#pending.size > 0) this.#connect();
    else this.#idle?.();
  }

  /** What becomes of a request that was not answered. */
  #endOf({ request: { asked }, sent, again, signal }: Pending, clean: boolean) {
    const inTransaction = asked.do === "run" || asked.do === "commit";
    const harmless = asked.do === "read" || asked.do === "begin";
    if (signal?.aborted) return gone("nobody waits for it", "unavailable");
    if (asked.do === "rollback") return "done";
    if (inTransaction && (asked.do === "run" || clean)) {
      return gone("its transaction ended", "busy");
    }
    if (!inTransaction && (clean || !sent || harmless && !again)) return "again";
    return gone("who ran it has ended", "lost");
  }
}

/** Statements alone, without what whoever made them keeps there. */
function plain(statements: readonly Statement[]): readonly Statement[] {
  return statements.map(({ text, params }) => ({ text, params }));
}

function rowsOf(rows: RemoteRows): readonly Rows[] {
  return rows as readonly (readonly Cells[])[]; // rows of cells were asked for
}
