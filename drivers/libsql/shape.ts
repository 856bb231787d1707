/** A statement as the client takes it. */
export interface LibsqlStatement {
  readonly sql: string;
  readonly args: readonly unknown[];
}

/** What the client gives for a statement; a row has its cells by number and its length. */
export interface LibsqlResult {
  readonly rows: readonly LibsqlRow[];
}
/** A row of {@linkcode LibsqlResult}. */
export interface LibsqlRow {
  readonly length: number;
  readonly [cell: number]: unknown;
}

/** An interactive transaction of the client. */
export interface LibsqlTransaction {
  batch(statements: LibsqlStatement[]): Promise<readonly LibsqlResult[]>;
  executeMultiple(sql: string): Promise<void>;
  rollback(): Promise<void>;
  close(): void;
}

/** What is used of a client of `@libsql/client`, any of its entry points. */
export interface LibsqlShape {
  execute(statement: LibsqlStatement): Promise<LibsqlResult>;
  batch(statements: LibsqlStatement[], mode: "read" | "write"): Promise<readonly LibsqlResult[]>;
  transaction(mode: "read" | "write" | "deferred"): Promise<LibsqlTransaction>;
  executeMultiple(sql: string): Promise<void>;
  sync(): Promise<unknown>;
  readonly closed: boolean;
  /** `"file"`, `"http"` or `"ws"`. */
  readonly protocol: string;
}

const METHODS = ["execute", "batch", "transaction", "executeMultiple", "sync"] as const;

/**
 * A client, told by its methods.
 *
 * @throws {TypeError} When it is none.
 */
export function libsqlShape(client: unknown): LibsqlShape {
  if (typeof client === "object" && client !== null) {
    const has = METHODS.every((name) => typeof Reflect.get(client, name) === "function");
    const protocol: unknown = Reflect.get(client, "protocol");
    // It has all members that are used, and who made it says what they do.
    if (has && typeof protocol === "string") return client as LibsqlShape;
  }
  throw new TypeError(
    "Cannot use a client as it is made by createClient of @libsql/client: got something else",
  );
}
