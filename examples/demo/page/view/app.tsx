/** @jsxImportSource preact */
/**
 * The whole page, the same on the server and in the browser.
 *
 * @module
 */
import type { JSX } from "preact";
import { citiesOf, continentsOf, dotsOf } from "../queries.ts";
import { AnswerPanel } from "./answer_panel.tsx";
import { CityTable } from "./city_table.tsx";
import { ContinentBars } from "./continent_bars.tsx";
import { useExplorer } from "./explorer.ts";
import { FilterForm } from "./filter_form.tsx";
import { ResultCount } from "./result_count.tsx";
import { Starred } from "./starred.tsx";
import { StatusLine } from "./status_line.tsx";
import { useAnswer } from "./use_answer.ts";
import { WorldMap } from "./world_map.tsx";

export function App(): JSX.Element {
  const { filters, first } = useExplorer();
  const asked = filters.value;
  const cities = useAnswer("cities", citiesOf(asked), first.cities);
  const continents = useAnswer("continents", continentsOf(asked), first.continents);
  const dots = useAnswer("dots", dotsOf(asked), first.dots);
  return (
    <>
      <a class="skip" href="#cities">Skip to the cities</a>
      <header class="top">
        <h1>
          <img src="/icon.svg" alt="" width="28" height="28" />Strata Atlas
        </h1>
        <StatusLine />
      </header>
      <main>
        <FilterForm />
        <section class="card map" aria-label="Map">
          <WorldMap dots={dots.rows} />
        </section>
        <section class="card" aria-labelledby="continents-title">
          <h2 id="continents-title">People by continent</h2>
          <ContinentBars rows={continents.rows} />
        </section>
        <section class="card cities" id="cities" tabIndex={-1} aria-labelledby="count">
          <ResultCount continents={continents.rows} />
          <CityTable rows={cities.rows} />
        </section>
        <div class="side">
          <Starred />
          <AnswerPanel />
        </div>
      </main>
    </>
  );
}
