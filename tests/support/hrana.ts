import { DatabaseSync, type SQLInputValue } from "node:sqlite";

/** What happens to a request of the client instead of what should. */
export type HranaFault =
  /** The connection ends before anything is done. */
  | "drop before"
  /** It ends when all is done. */
  | "drop after"
  /** The stream is not known any more, nor the transaction in it. */
  | "expired"
  | "busy"
  | "truncated"
  | "slow"
  | 401
  | 503;

/** A server of Hrana 2 over HTTP with JSON, whose answers go wrong on demand. */
export interface HranaServer extends AsyncDisposable {
  readonly url: string;
  readonly client: DatabaseSync;
  /** Asked for each request with the texts of its statements. */
  fault: (texts: readonly string[]) => HranaFault | undefined;
}

interface Value {
  readonly type: "null" | "integer" | "float" | "text" | "blob";
  readonly value?: string | number;
  readonly base64?: string;
}
interface Stmt {
  readonly sql?: string;
  readonly sql_id?: number;
  readonly args?: readonly Value[];
}
type Cond =
  | { readonly type: "ok" | "error"; readonly step: number }
  | { readonly type: "not"; readonly cond: Cond }
  | { readonly type: "and" | "or"; readonly conds: readonly Cond[] };
interface Step {
  readonly condition?: Cond | null;
  readonly stmt: Stmt;
}
type Request =
  | { readonly type: "execute"; readonly stmt: Stmt }
  | { readonly type: "batch"; readonly batch: { readonly steps: readonly Step[] } }
  | { readonly type: "store_sql"; readonly sql_id: number; readonly sql: string }
  | { readonly type: "close_sql"; readonly sql_id: number }
  | { readonly type: "close" };

interface Stream {
  readonly client: DatabaseSync;
  readonly texts: Map<number, string>;
}

function toSql({ type, value, base64 }: Value): SQLInputValue {
  if (type === "null") return null;
  if (type === "integer") return BigInt(value ?? 0);
  if (type === "blob") return Uint8Array.from(atob(base64 ?? ""), (char) => char.charCodeAt(0));
  return value ?? null;
}

function fromSql(value: unknown): Value {
  if (value === null) return { type: "null" };
  if (typeof value === "bigint") return { type: "integer", value: String(value) };
  if (typeof value === "number") return { type: "float", value };
  if (typeof value === "string") return { type: "text", value };
  return { type: "blob", base64: btoa(String.fromCharCode(...value as Uint8Array)) };
}

function execute({ client, texts }: Stream, { sql, sql_id, args = [] }: Stmt): unknown {
  const text = (sql ?? texts.get(sql_id ?? -1) ?? "").replace("TRANSACTION READONLY", "");
  const statement = client.prepare(text);
  statement.setReadBigInts(true);
  // The types lack what is newer.
  (statement as unknown as { setReturnArrays(on: boolean): void }).setReturnArrays(true);
  const rows = statement.all(...args.map(toSql)) as unknown as readonly unknown[][];
  return {
    cols: statement.columns().map(({ name }) => ({ name })),
    rows: rows.map((row) => row.map(fromSql)),
    affected_row_count: 0,
    last_insert_rowid: null,
  };
}

function errorOf(error: unknown): { readonly message: string; readonly code: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = /constraint/.test(message)
    ? "SQLITE_CONSTRAINT"
    : /locked/.test(message)
    ? "SQLITE_BUSY"
    : "SQLITE_UNKNOWN";
  return { message: `${code}: ${message}`, code };
}

function batch(stream: Stream, steps: readonly Step[]): unknown {
  const results: unknown[] = [];
  const errors: unknown[] = [];
  const holds = (cond: Cond): boolean => {
    switch (cond.type) {
      case "ok":
        return Boolean(results[cond.step]);
      case "error":
        return Boolean(errors[cond.step]);
      case "not":
        return !holds(cond.cond);
      case "and":
        return cond.conds.every(holds);
      case "or":
        return cond.conds.some(holds);
    }
  };
  for (const { condition, stmt } of steps) {
    let [result, error]: unknown[] = [null, null];
    if (!condition || holds(condition)) {
      try {
        result = execute(stream, stmt);
      } catch (thrown) {
        error = errorOf(thrown);
      }
    }
    results.push(result);
    errors.push(error);
  }
  return { step_results: results, step_errors: errors };
}

function perform(stream: Stream, request: Request): unknown {
  switch (request.type) {
    case "execute":
      return { type: "execute", result: execute(stream, request.stmt) };
    case "batch":
      return { type: "batch", result: batch(stream, request.batch.steps) };
    case "store_sql":
      stream.texts.set(request.sql_id, request.sql);
      return { type: "store_sql" };
    case "close_sql":
      stream.texts.delete(request.sql_id);
      return { type: "close_sql" };
    case "close":
      return { type: "close" };
  }
}

/** The texts of the statements of requests. */
function textsOf(requests: readonly Request[], texts: ReadonlyMap<number, string>): string[] {
  const text = ({ sql, sql_id }: Stmt) => sql ?? texts.get(sql_id ?? -1) ?? "";
  return requests.flatMap((request) =>
    request.type === "execute"
      ? [text(request.stmt)]
      : request.type === "batch"
      ? request.batch.steps.map(({ stmt }) => text(stmt))
      : request.type === "store_sql"
      ? [request.sql]
      : []
  );
}

const json = { "content-type": "application/json" };

/** Ends a connection without an answer. */
function dropped(): Response {
  const body = new ReadableStream({
    start: (controller) => controller.error(new Error("dropped")),
  });
  return new Response(body, { headers: json });
}

/** Starts a server on a file of its own. */
export async function startHrana(): Promise<HranaServer> {
  const folder = await Deno.makeTempDir({ prefix: "strata_hrana_" });
  const path = `${folder}/data.db`;
  const client = new DatabaseSync(path);
  client.exec("PRAGMA journal_mode = WAL");
  const streams = new Map<string, Stream>();
  const open = (): Stream => {
    const opened = new DatabaseSync(path);
    opened.exec("PRAGMA busy_timeout = 100");
    return { client: opened, texts: new Map() };
  };
  const end = (baton: string, stream: Stream) => {
    streams.delete(baton);
    stream.client.close(); // which takes back what is open
  };
  let count = 0;
  const shape = { url: "", client, fault: () => undefined } as unknown as HranaServer;
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, onError: () => new Response(null) },
    async (request) => {
      if (request.method !== "POST") return new Response("ok");
      const { baton, requests } = await request.json() as {
        readonly baton?: string | null;
        readonly requests: readonly Request[];
      };
      const known = baton ? streams.get(baton) : undefined;
      const fault = server.fault(textsOf(requests, known?.texts ?? new Map()));
      if (fault === 401 || fault === 503) return new Response("refused", { status: fault });
      if (fault === "expired" && baton && known) end(baton, known);
      if (baton && (!known || fault === "expired")) {
        const error = {
          message: "The stream has expired due to inactivity",
          code: "STREAM_EXPIRED",
        };
        return new Response(JSON.stringify(error), { status: 400, headers: json });
      }
      const name = baton ?? `${++count}`;
      const stream = known ?? open();
      streams.set(name, stream);
      if (fault === "drop before") {
        end(name, stream);
        return dropped();
      }
      if (fault === "slow") await new Promise((resolve) => setTimeout(resolve, 100));
      const results = requests.map((item) => {
        if (fault === "busy" && item.type !== "close") {
          return { type: "error", error: errorOf(new Error("database is locked")) };
        }
        try {
          return { type: "ok", response: perform(stream, item) };
        } catch (error) {
          return { type: "error", error: errorOf(error) };
        }
      });
      const over = requests.some(({ type }) => type === "close") || fault === "drop after";
      if (over) end(name, stream);
      if (fault === "drop after") return dropped();
      const body = JSON.stringify({ baton: over ? null : name, base_url: null, results });
      return new Response(fault === "truncated" ? body.slice(0, body.length / 2) : body, {
        headers: json,
      });
    },
  );
  const server: HranaServer = Object.assign(shape, {
    url: `http://127.0.0.1:${http.addr.port}`,
    async [Symbol.asyncDispose]() {
      await http.shutdown();
      for (const { client: opened } of streams.values()) opened.close();
      client.close();
      await Deno.remove(folder, { recursive: true });
    },
  });
  return server;
}
