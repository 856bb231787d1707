/** @jsxImportSource preact */
import type { JSX } from "preact";
import type { Continent } from "../queries.ts";
import { narrow, useExplorer } from "./explorer.ts";
import { numberText, shortNumber } from "./words.ts";

/** People in the cities of each continent; a bar chooses its continent. */
export function ContinentBars({ rows }: { rows: readonly Continent[] }): JSX.Element {
  const explorer = useExplorer();
  const chosen = explorer.filters.value.continent;
  const most = Math.max(1, ...rows.map(({ people }) => people ?? 0));
  return (
    <ul class="bars">
      {rows.map(({ land: { region }, people, cities }) => (
        <li key={region}>
          <button
            type="button"
            aria-pressed={region === chosen}
            onClick={() =>
              narrow(explorer, { continent: region === chosen ? "" : region, country: "" })}
          >
            <span>{region}</span>
            <small>{numberText(cities)} {cities === 1 ? "city" : "cities"}</small>
            <b title={numberText(people ?? 0)}>{shortNumber(people ?? 0)}</b>
            <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
              <rect class="track" width="100" height="6" />
              <rect class="bar" width={(100 * (people ?? 0)) / most} height="6" />
            </svg>
          </button>
        </li>
      ))}
    </ul>
  );
}
