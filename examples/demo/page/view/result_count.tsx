/** @jsxImportSource preact */
import type { JSX } from "preact";
import type { Continent } from "../queries.ts";
import { useExplorer } from "./explorer.ts";
import { numberText } from "./words.ts";

/** How many cities match, read out when it changes. */
export function ResultCount({ continents }: { continents: readonly Continent[] }): JSX.Element {
  const { continent } = useExplorer().filters.value;
  const counted = continents.filter(({ land }) => continent === "" || land.region === continent);
  const cities = counted.reduce((sum, group) => sum + group.cities, 0);
  return (
    <h2 id="count" aria-live="polite" aria-atomic="true">
      {cities === 1 ? "1 city" : `${numberText(cities)} cities`}
    </h2>
  );
}
