import { QueryValue } from "../query/query.ts";
import { TableDef } from "../schema/table.ts";
import type { Plan } from "./explain.ts";
import type { SourceOptions } from "./verbs.ts";

const VERBS = [
  "iterate" as const,
  ...[
    "get",
    "getMany",
    "all",
    "first",
    "count",
    "has",
    "getValue",
    "insert",
    "upsert",
    "replace",
  ] as const,
  ...["update", "updateAll", "delete", "deleteAll", "claim", "setValue"] as const,
];

type OnQuery = NonNullable<SourceOptions["onQuery"]>;

/** How many rows a verb gave or wrote. */
function rowsOf(result: unknown): number {
  if (Array.isArray(result)) return result.length;
  if (typeof result === "number") return result;
  return result === undefined || result === false ? 0 : 1;
}

/** The verbs of a session, which take and give different things. */
type Session = Readonly<Record<typeof VERBS[number] | "explain", (...args: never[]) => unknown>>;

/**
 * Reports each query and write of a session, when a promise that it gave has resolved; without a
 * listener sessions are left as they are.
 */
export function observe(
  session: Session,
  onQuery: OnQuery,
  source: string,
  now: () => number = () => performance.now(),
): void {
  // As of every session.
  const explain = session.explain.bind(session) as (query: unknown) => Plan | Promise<Plan>;
  for (const verb of VERBS) {
    // The wrapper passes on what the verb takes and gives as they are.
    const run = session[verb].bind(session) as (...args: readonly unknown[]) => unknown;
    const wrapped = (...args: readonly unknown[]): unknown => {
      const start = now();
      const [first] = args;
      const tell = (rows: number): void => {
        const query = first instanceof QueryValue ? first : undefined;
        const event = {
          ...(query && { query: query as never }), // a query of any rows
          verb,
          ms: now() - start,
          rows,
          plan: () => query ? explain(query) : keyPlan(first, source),
          source,
        };
        try {
          onQuery(event);
        } catch (error) {
          console.error(error); // the query or write is done
        }
      };
      const told = <T>(result: T): T => (tell(rowsOf(result)), result);
      const given = run(...args);
      if (given instanceof Promise) return given.then(told);
      if (verb !== "iterate") return told(given);
      // What a session iterates over is one of the two.
      if (Symbol.asyncIterator in Object(given)) return each(given as AsyncIterable<unknown>, tell);
      return told([...given as Iterable<unknown>]); // counted, so they are all read
    };
    Object.defineProperty(session, verb, { value: wrapped });
  }
}

async function* each(rows: AsyncIterable<unknown>, tell: (rows: number) => void): AsyncGenerator {
  let count = 0;
  try {
    for await (const row of rows) {
      count++;
      yield row;
    }
  } finally {
    tell(count);
  }
}

function keyPlan(table: unknown, source: string): Plan {
  const steps = table instanceof TableDef ? [{ table: table.name, access: "key" as const }] : [];
  return { source, steps, order: "none", live: "rerun" };
}
