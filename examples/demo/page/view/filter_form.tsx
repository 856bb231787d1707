/** @jsxImportSource preact */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Filters, NO_FILTERS, wholeNumber } from "../filters.ts";
import { lands } from "../queries.ts";
import { narrow, useExplorer } from "./explorer.ts";
import { useAnswer } from "./use_answer.ts";

/** Results follow what is typed; without scripts it is a form that is sent. */
export function FilterForm(): JSX.Element {
  const explorer = useExplorer();
  const now = explorer.filters.value;
  const countries = useAnswer("lands", lands, explorer.first.lands).rows;
  const regions = [...new Set(countries.map(({ region }) => region))].sort();
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => focusOnSlash(search.current), []);
  const set = (change: Partial<Filters>): void => narrow(explorer, change);
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label class="search">
        <span>Search</span>
        <input
          ref={search}
          type="search"
          name="search"
          value={now.search}
          placeholder="A city that begins with…"
          autocomplete="off"
          spellcheck={false}
          enterkeyhint="search"
          onInput={({ currentTarget }) => set({ search: currentTarget.value })}
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <label>
        <span>Continent</span>
        <select
          name="continent"
          value={now.continent}
          onChange={({ currentTarget }) => set({ continent: currentTarget.value, country: "" })}
        >
          <option value="">All</option>
          {regions.map((region) => <option key={region} value={region}>{region}</option>)}
        </select>
      </label>
      <label>
        <span>Country</span>
        <select
          name="country"
          value={now.country}
          onChange={({ currentTarget }) => set({ country: currentTarget.value })}
        >
          <option value="">All</option>
          {countries.filter(({ region }) => now.continent === "" || region === now.continent)
            .map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
        </select>
      </label>
      <NumberField
        label="People, from"
        name="least"
        value={now.least}
        onValue={(least) => set({ least })}
      />
      <NumberField label="to" name="most" value={now.most} onValue={(most) => set({ most })} />
      <button type="reset" class="quiet" onClick={() => set(NO_FILTERS)}>Reset</button>
      <noscript>
        <button type="submit">Search</button>
      </noscript>
    </form>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: number | null;
  readonly onValue: (value: number | null) => void;
}

function NumberField({ label, name, value, onValue }: NumberFieldProps): JSX.Element {
  return (
    <label class="number">
      <span>{label}</span>
      <input
        type="number"
        name={name}
        min="0"
        step="1"
        inputMode="numeric"
        value={value ?? ""}
        placeholder="any"
        onInput={({ currentTarget }) => onValue(wholeNumber(currentTarget.value))}
      />
    </label>
  );
}

/** A slash outside of a field leads to the search. */
function focusOnSlash(search: HTMLInputElement | null): () => void {
  const listen = (event: KeyboardEvent): void => {
    const { target } = event;
    if (event.key !== "/" || target instanceof HTMLInputElement) return;
    event.preventDefault();
    search?.focus();
  };
  addEventListener("keydown", listen);
  return () => removeEventListener("keydown", listen);
}
