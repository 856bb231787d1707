import type { DriverOptions } from "../../../db/driver.ts";
import type { Failed, RemoteReply, RemoteRequest } from "./messages.ts";

/** What a worker opens first. */
export interface Opening extends Pick<DriverOptions, "durability" | "adopt"> {
  readonly path: string;
}

/** What a worker is sent. */
export type ToThread =
  | { readonly open: Opening }
  | { readonly request: RemoteRequest }
  | { readonly close: true };

/** What a worker tells. */
export type FromThread =
  | { readonly opened: true }
  /** It can't: for a failure of the engine, or as the words say. */
  | { readonly refused: Failed | { readonly unsupported: string } }
  | { readonly reply: RemoteReply }
  | { readonly closed: true };
