/** @jsxImportSource preact */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { Dot } from "../queries.ts";
import { useExplorer } from "./explorer.ts";

/** Degrees that are shown: few live further north or south. */
const NORTH = 76;
const SOUTH = -57;
/** From how many people on a dot is larger; the smallest come first, so that they are below. */
const SIZES = [
  { from: 0, to: 500_000, size: "small" },
  { from: 500_000, to: 3_000_000, size: "large" },
  { from: 3_000_000, to: Infinity, size: "huge" },
] as const;

/** A dot for each city; together they draw the continents. */
export function WorldMap({ dots }: { dots: readonly Dot[] }): JSX.Element {
  const paths = useMemo(() => SIZES.map((size) => pathOf(dots, size)), [dots]);
  return (
    <svg
      class="world"
      role="img"
      aria-label={`Map of the ${dots.length} largest matching cities`}
      viewBox={`-180 ${-NORTH} 360 ${NORTH - SOUTH}`}
    >
      <path class="grid" d="M-180 0H180M-180-23.4H180M-180 23.4H180" />
      {paths.map((path, i) => <path key={i} class={`dots ${SIZES[i]?.size}`} d={path} />)}
      <Pointed />
    </svg>
  );
}

/** The city that the visitor looks at. */
function Pointed(): JSX.Element | null {
  const city = useExplorer().pointed.value;
  if (!city) return null;
  return (
    <g class="pointed" key={city.id} transform={`translate(${city.longitude} ${-city.latitude})`}>
      <circle class="ring" r="5" />
      <circle r="1.4" />
      <text y="-7" text-anchor={anchorOf(city.longitude)}>{city.name}</text>
    </g>
  );
}

/** One path for all dots of a size: lines of no length with round ends. */
function pathOf(dots: readonly Dot[], { from, to }: typeof SIZES[number]): string {
  return dots.filter(({ population }) => population >= from && population < to)
    .map(({ longitude, latitude }) => `M${longitude.toFixed(1)} ${(-latitude).toFixed(1)}h0`)
    .join("");
}

function anchorOf(longitude: number): "start" | "middle" | "end" {
  if (longitude < -140) return "start";
  return longitude > 140 ? "end" : "middle";
}
