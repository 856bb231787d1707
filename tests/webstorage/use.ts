/**
 * What must compile and what must not; checked, never run.
 *
 * @module
 */
import { memoryStorage, type ReadonlySignal, type WebStorage, webstorage } from "@strata/data";

interface Theme {
  readonly dark: boolean;
}

export function use(page: WebStorage = webstorage("local", { namespace: "a", version: 1 })): void {
  const theme: Theme | undefined = page.get<Theme>("theme");
  // @ts-expect-error -- there may be none
  const sure: Theme = page.get<Theme>("theme");
  const untyped: unknown = page.get("theme");
  page.set<Theme>("theme", { dark: true }, { ttlMs: 5 });
  // @ts-expect-error -- no such value
  page.set<Theme>("theme", { dark: 1 });
  const next: number = page.update<number>("n", (n) => (n ?? 0) + 1);
  // @ts-expect-error -- it may be undefined
  page.update<number>("n", (n) => n + 1);
  const signal: ReadonlySignal<Theme | undefined> = page.signal<Theme>("theme");
  // @ts-expect-error -- it is set by `set` alone
  signal.value = { dark: false };
  const stop: () => void = page.subscribe<Theme>("theme", (value) => value?.dark);
  const entries: [string, unknown][] = page.entries();
  const item: string | null = page.getItem("theme");
  const kind: "local" | "session" | "memory" | "request" = page.kind;
  // @ts-expect-error -- it says what is
  page.kind = "local";
  // @ts-expect-error -- no such area
  webstorage("request");
  const like: Pick<Storage, "getItem" | "setItem" | "removeItem"> = page;
  const storage: Storage = memoryStorage();
  void [theme, sure, untyped, next, stop, entries, item, kind, like, storage];
}
