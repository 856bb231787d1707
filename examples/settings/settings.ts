/**
 * Settings of a reader that have changed shape twice. What an older release has stored comes over
 * when it is first read; what an even older or damaged page left behind is not trusted.
 *
 * @module
 */
import type { WebStorage, WebStorageOptions } from "@strata/data/webstorage";

export interface Settings {
  readonly theme: "light" | "dark" | "system";
  readonly fontSize: number;
  /** Names of folders that are open. */
  readonly open: ReadonlySet<string>;
}

export const DEFAULTS: Settings = { theme: "system", fontSize: 16, open: new Set() };

/** Version 2. Pass them to `webstorage("local", options)`. */
export const options: WebStorageOptions = {
  namespace: "settings",
  version: 2,
  migrate(key, value, version) {
    if (key !== "reader") return undefined; // a setting that is no more
    if (version < 1) value = fromFlags(value);
    return withOpen(value);
  },
};

/** Version 0 had `{ dark: boolean, big: boolean }`. */
function fromFlags(value: unknown): unknown {
  const { dark, big } = fields(value);
  return { theme: dark ? "dark" : "light", fontSize: big ? 20 : 16 };
}

/** Version 1 had no folders. */
function withOpen(value: unknown): unknown {
  return { ...fields(value), open: new Set() };
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** The settings, complete whatever is stored. */
export function read(storage: WebStorage): Settings {
  return { ...DEFAULTS, ...storage.get<Partial<Settings>>("reader") };
}

export function change(storage: WebStorage, patch: Partial<Settings>): Settings {
  return storage.update<Settings>("reader", (before) => ({ ...DEFAULTS, ...before, ...patch }));
}

export function toggle(storage: WebStorage, folder: string): Settings {
  const open = new Set(read(storage).open);
  if (!open.delete(folder)) open.add(folder);
  return change(storage, { open });
}
