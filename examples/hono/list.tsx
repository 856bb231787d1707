/** @jsxImportSource preact */
/**
 * @module
 */
import type { JSX } from "preact";
import { useLive } from "@strata/data/ui/preact";
import { open } from "./schema.ts";

/** The same component on the server and in the browser. */
export function List(): JSX.Element {
  const rows = useLive(open);
  return <ul>{rows.value.map(({ id, title }) => <li key={id}>{title}</li>)}</ul>;
}
