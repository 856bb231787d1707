/** @jsxImportSource preact */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { citiesWith, type StarredCity } from "../queries.ts";
import { useExplorer } from "./explorer.ts";
import { Picture } from "./picture.tsx";
import { StarButton } from "./star_button.tsx";
import { useAnswer } from "./use_answer.ts";
import { numberText } from "./words.ts";

const NONE = { hash: citiesWith([]).hash, rows: [], source: "", ms: 0, plan: undefined };

/** The cities with a star, each with a picture of the visitor's. */
export function Starred(): JSX.Element {
  const { starred } = useExplorer();
  const ids = useMemo(() => [...starred.value].sort((a, b) => a - b), [starred.value]);
  const { rows } = useAnswer<StarredCity>("stars", citiesWith(ids), NONE);
  return (
    <section class="card stars" aria-labelledby="stars-title">
      <h2 id="stars-title">Starred</h2>
      {rows.length === 0 && <p class="empty">Star a city to keep it here, with a picture.</p>}
      <ul>
        {rows.map((city) => (
          <li key={city.id}>
            <Picture city={city.id} name={city.name} />
            <div>
              <strong>{city.name}</strong>
              <small>{city.land.name} · {numberText(city.population)}</small>
            </div>
            <StarButton city={city.id} name={city.name} />
          </li>
        ))}
      </ul>
    </section>
  );
}
