/** @jsxImportSource preact */
import type { JSX } from "preact";
import { useExplorer } from "./explorer.ts";

export function StarButton({ city, name }: { city: number; name: string }): JSX.Element {
  const { starred, actions } = useExplorer();
  return (
    <button
      type="button"
      class="star"
      aria-pressed={starred.value.has(city)}
      aria-label={`Star ${name}`}
      onClick={() => actions.star(city)}
    >
      <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
        <path d="m12 3 2.7 5.8 6.3.8-4.6 4.4 1.2 6.3L12 17.2l-5.6 3.1 1.2-6.3L3 9.6l6.3-.8z" />
      </svg>
    </button>
  );
}
