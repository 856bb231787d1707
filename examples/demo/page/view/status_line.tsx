/** @jsxImportSource preact */
import type { JSX } from "preact";
import { useExplorer } from "./explorer.ts";
import { numberText, timeText } from "./words.ts";

/** Who answers now, and how far the browser's own copy is. */
export function StatusLine(): JSX.Element {
  const { reports, seed, local, online, unsent } = useExplorer();
  const { cities } = reports.value;
  const { rows, total } = seed.value ?? { rows: 0, total: 0 };
  const isFilling = seed.value !== null && local.value === undefined;
  return (
    <div class="status">
      {isFilling && (
        <label class="filling">
          Copying to IndexedDB
          <progress value={rows} max={total}>{numberText(rows)}</progress>
        </label>
      )}
      {unsent.value > 0 && <span class="pill">{unsent.value} to send</span>}
      {!online.value && <span class="pill offline">Offline</span>}
      {cities && (
        <span class={local.value ? "pill near" : "pill far"}>
          <b>{cities.source}</b> {timeText(cities.ms)}
        </span>
      )}
    </div>
  );
}
