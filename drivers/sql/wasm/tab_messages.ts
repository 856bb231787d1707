import type { RemoteReply, RemoteRequest } from "../remote/messages.ts";

/** What those who have one database open tell each other; each has an id. */
export type TabMessage =
  /** Who is there, and looks for the holder. */
  | { readonly hello: string }
  /** The holder has heard that. */
  | { readonly holder: string; readonly to: string }
  /** Somebody holds the database from now on. */
  | { readonly holds: string }
  /** Somebody has committed. */
  | { readonly committed: string };

/** What one of them and the holder tell each other, over a channel of their own. */
export type LineMessage =
  | { readonly request: RemoteRequest }
  | { readonly reply: RemoteReply }
  /** The holder lets it go; what it has not answered before was not done. */
  | { readonly leaves: true }
  /** That was heard. */
  | { readonly heard: true }
  | { readonly bye: true };

/** The names of locks and channels. */
export const names = {
  /** Who has this lock holds the database. */
  holder: (name: string): string => `strata-sqlite-wasm ${name}`,
  /** Who is there has this lock as long as it lives. */
  life: (name: string, id: string): string => `strata-sqlite-wasm ${name} life ${id}`,
  tabs: (name: string): string => `strata-sqlite-wasm ${name}`,
  line: (name: string, id: string): string => `strata-sqlite-wasm ${name} line ${id}`,
};
