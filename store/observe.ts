import { QueryValue } from "../query/query.ts";
import { TableDef } from "../schema/table.ts";
import type { Plan } from "../engine/mod.ts";
import type { Session } from "./session.ts";
import type { SourceOptions } from "./types.ts";

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

/** Reports each query and write of a session; without a listener sessions are left as they are. */
export function observe(
  session: Session,
  onQuery: OnQuery,
  now: () => number = () => performance.now(),
): void {
  for (const verb of VERBS) {
    // The verbs take and give different things; the wrapper passes both on as they are.
    const run = session[verb].bind(session) as (...args: readonly unknown[]) => unknown;
    const wrapped = (...args: readonly unknown[]): unknown => {
      const start = now();
      const given = run(...args);
      // The rows of an iteration are counted, so they are all read.
      const result = verb === "iterate" ? [...given as Iterable<unknown>] : given;
      const [first] = args;
      const query = first instanceof QueryValue ? first : undefined;
      const event = {
        ...(query && { query: query as never }), // a query of any rows
        verb,
        ms: now() - start,
        rows: rowsOf(result),
        plan: () => query ? session.explain(query as never) : keyPlan(first), // as above
        source: "store",
      };
      try {
        onQuery(event);
      } catch (error) {
        console.error(error); // the query or write is done
      }
      return result;
    };
    Object.defineProperty(session, verb, { value: wrapped });
  }
}

function keyPlan(table: unknown): Plan {
  const steps = table instanceof TableDef ? [{ table: table.name, access: "key" as const }] : [];
  return { source: "store", steps, order: "none", live: "rerun" };
}
