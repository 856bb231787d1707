const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** Folders and files at the top that are never published, so their rules are looser. */
const UNPUBLISHED = new Set(["tests", "tools", "examples", "docs"]);

/** `filename` from the project's root on: `store/store.ts`. A relative one is taken as such. */
export function projectPath(filename: string): string {
  return filename.startsWith(ROOT) ? filename.slice(ROOT.length) : filename;
}

/** The folder at the top that holds `path`, or the file's own name there: `store`, `mod.ts`. */
export function topOf(path: string): string {
  return path.split("/", 1)[0] ?? path;
}

/** Whether the file at `path` is part of the published package. */
export function isShipped(path: string): boolean {
  return !UNPUBLISHED.has(topOf(path));
}

/** What a relative `specifier` in the file at `from` points to, from the root on. */
export function resolvePath(from: string, specifier: string): string {
  return decodeURIComponent(new URL(specifier, `file:///${from}`).pathname.slice(1));
}

/** Whether `path` is `place`, or lies in it where `place` is a folder (`db/blobs/`). */
export function liesIn(path: string, place: string): boolean {
  return place.endsWith("/") ? path.startsWith(place) : path === place;
}
