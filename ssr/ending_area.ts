import type { Area } from "../webstorage/area.ts";

/**
 * An area that asks `check`, which may throw, before each use: also by signals and instances that were made
 * before.
 */
export function endingArea(area: Area, check: () => void): Area {
  const of = (): Area => {
    check();
    return area;
  };
  return {
    kind: () => of().kind(),
    persistent: (prefix) => of().persistent(prefix),
    read: (key) => of().read(key),
    write: (key, text) => of().write(key, text),
    keep: (key, text) => of().keep(key, text),
    remove: (key) => of().remove(key),
    keys: (prefix) => of().keys(prefix),
    get loose() {
      return of().loose;
    },
    get used() {
      return of().used;
    },
    touch: (key) => of().touch(key),
    listen: (listener) => of().listen(listener),
    onDegraded: (prefix, listener) => of().onDegraded(prefix, listener),
  };
}
