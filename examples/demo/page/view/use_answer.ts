/**
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { createStore, type LiveQuery, type Query } from "@strata/data";
import { useLive } from "@strata/data/ui/preact";
import { schema } from "../schema.ts";
import type { Answer } from "../answer.ts";
import { askServer } from "./ask_server.ts";
import { useExplorer } from "./explorer.ts";

/** Stands in for the browser's database until it is there. */
const NOTHING = createStore(schema);

/**
 * The rows of a query, from the browser's database if it is complete, else from the server. Until there is a
 * new answer it is the last one.
 */
export function useAnswer<R>(name: string, query: Query<R>, first: Answer<R>): Answer<R> {
  const { local, reports } = useExplorer();
  const database = local.value;
  const live = useLive(query, database ?? NOTHING);
  const own = useOwnAnswer(live, query);
  const served = useServedAnswer(query, first, database === undefined);
  const kept = useRef(first);
  kept.current = (database ? own : served) ?? kept.current;
  const answer = kept.current;
  useEffect(() => {
    const { source, ms } = answer;
    const tell = (plan: Answer<R>["plan"]): void => {
      reports.value = { ...reports.peek(), [name]: { source, ms, plan } };
    };
    if (answer === own && database) void database.explain(query).then(tell, () => {}); // it was closed
    else tell(answer.plan);
  }, [answer.hash, answer.source]);
  return answer;
}

/** What a live query of the browser's database gives, and how long it took at first. */
function useOwnAnswer<R>(live: LiveQuery<R>, query: Query<R>): Answer<R> | undefined {
  const asked = useRef<{ live: LiveQuery<R>; at: number; ms?: number }>(null);
  if (asked.current?.live !== live) asked.current = { live, at: performance.now() };
  const rows = live.value;
  if (live.status.value !== "ready") return undefined;
  const ms = asked.current.ms ??= performance.now() - asked.current.at;
  return { hash: query.hash, rows, source: "IndexedDB", ms, plan: undefined };
}

/** What the server answers; it is asked when the query is another one, or the server has other rows. */
function useServedAnswer<R>(query: Query<R>, first: Answer<R>, isAsked: boolean): Answer<R> {
  const [answer, setAnswer] = useState(first);
  const { revision } = useExplorer();
  const asked = useRef({ hash: first.hash, revision: 0 });
  useEffect(() => {
    const question = { hash: query.hash, revision: revision.value };
    const { current } = asked;
    const isKnown = question.hash === current.hash && question.revision === current.revision;
    if (!isAsked || isKnown) return;
    asked.current = question;
    const abort = new AbortController();
    // Nobody answers while there is no network; the browser's own database may do so soon.
    askServer(query, abort.signal).then(setAnswer, () => {});
    return () => abort.abort();
  }, [query.hash, isAsked, revision.value]);
  return answer;
}
