/**
 * @module
 */
import { effect } from "@preact/signals";
import { readFilters, writeFilters } from "../filters.ts";
import type { Explorer } from "../view/explorer.ts";

/** Keeps what is looked for in the address, and follows it where it is another one. */
export function followAddress({ filters }: Explorer): void {
  const read = (): void => {
    filters.value = readFilters(new URLSearchParams(location.search));
  };
  // Without a network the page is the one that was kept, whatever the address says.
  if (location.search !== addressOf(writeFilters(filters.peek()))) read();
  addEventListener("popstate", read);
  effect(() => {
    const search = addressOf(writeFilters(filters.value));
    if (search !== location.search) history.replaceState(null, "", search || location.pathname);
  });
}

function addressOf(params: URLSearchParams): string {
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}
