/** @jsxImportSource preact */
import type { JSX } from "preact";
import type { Sort } from "../filters.ts";
import type { City } from "../queries.ts";
import { CityRow } from "./city_row.tsx";
import { narrow, useExplorer } from "./explorer.ts";
import { Pager } from "./pager.tsx";

const COLUMNS: readonly { readonly sort: Sort; readonly label: string }[] = [
  { sort: "name", label: "City" },
  { sort: "country", label: "Country" },
  { sort: "population", label: "People" },
  { sort: "latitude", label: "Latitude" },
];

export function CityTable({ rows }: { rows: readonly City[] }): JSX.Element {
  return (
    <>
      <table>
        <caption class="unseen">Cities; each column but the first can be sorted by</caption>
        <thead>
          <tr>
            <th scope="col" class="star">
              <span class="unseen">Star</span>
            </th>
            {COLUMNS.map(({ sort, label }) => <SortHead key={sort} sort={sort} label={label} />)}
          </tr>
        </thead>
        <tbody onKeyDown={moveByArrows}>
          {rows.map((city) => <CityRow key={city.id} city={city} />)}
        </tbody>
      </table>
      {rows.length === 0 && <p class="empty">No city is like that.</p>}
      <Pager rows={rows} />
    </>
  );
}

function SortHead({ sort, label }: { sort: Sort; label: string }): JSX.Element {
  const explorer = useExplorer();
  const now = explorer.filters.value;
  const isSorted = now.sort === sort;
  const sortBy = (): void => {
    const begins = sort === "name" || sort === "country" ? "asc" : "desc";
    const turned = now.direction === "asc" ? "desc" : "asc";
    narrow(explorer, { sort, direction: isSorted ? turned : begins });
  };
  return (
    <th
      scope="col"
      class={sort}
      aria-sort={isSorted ? now.direction === "asc" ? "ascending" : "descending" : "none"}
    >
      <button type="button" onClick={sortBy}>{label}</button>
    </th>
  );
}

/** Up and down lead to the same place in the next row. */
function moveByArrows(event: JSX.TargetedKeyboardEvent<HTMLElement>): void {
  const { key, target } = event;
  const step = key === "ArrowDown" ? 1 : key === "ArrowUp" ? -1 : 0;
  if (step === 0 || !(target instanceof HTMLButtonElement)) return;
  const cell = target.closest("td, th");
  const row = target.closest("tr");
  const table = row?.closest("table");
  if (!(cell instanceof HTMLTableCellElement) || !row || !table) return;
  event.preventDefault();
  table.rows[row.rowIndex + step]?.cells[cell.cellIndex]?.querySelector("button")?.focus();
}
