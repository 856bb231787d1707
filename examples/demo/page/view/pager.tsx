/** @jsxImportSource preact */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { cursorOf } from "@strata/data";
import { NO_FILTERS } from "../filters.ts";
import { citiesOf, type City, PAGE_ROWS } from "../queries.ts";
import { narrow, useExplorer } from "./explorer.ts";
import { numberText } from "./words.ts";

/** Pages by key: the next one begins behind the last row of this one, however far it is. */
export function Pager({ rows }: { rows: readonly City[] }): JSX.Element {
  const explorer = useExplorer();
  const now = explorer.filters.value;
  const before = useRef(new Map<number, string>());
  const last = rows.at(-1);
  const from = (now.page - 1) * PAGE_ROWS;
  const next = (): void => {
    if (!last) return;
    before.current.set(now.page, now.after);
    narrow(explorer, { page: now.page + 1, after: cursorOf(citiesOf(now), last) });
  };
  const previous = (): void => {
    // A page that was opened by its address doesn't know the one before it.
    const after = before.current.get(now.page - 1) ?? NO_FILTERS.after;
    narrow(explorer, after === "" ? {} : { page: now.page - 1, after });
  };
  return (
    <nav class="pager" aria-label="Pages">
      <button type="button" onClick={previous} disabled={now.page === 1}>Previous</button>
      <span>
        {last && `${numberText(from + 1)}–${numberText(from + rows.length)}`}
      </span>
      <button type="button" onClick={next} disabled={rows.length < PAGE_ROWS}>Next</button>
    </nav>
  );
}
