/**
 * @module
 */
import type { Query } from "@strata/data";
import type { Answer } from "../answer.ts";

/** Sends a query as JSON. The time is that of the visitor, the way there and back included. */
export async function askServer<R>(query: Query<R>, signal: AbortSignal): Promise<Answer<R>> {
  const start = performance.now();
  const response = await fetch("/query", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(query),
    signal,
  });
  if (!response.ok) throw new Error(`Cannot ask the server: ${response.status}`);
  // Our own server answers in this shape.
  const answer = await response.json() as Answer<R>;
  return { ...answer, ms: performance.now() - start };
}
