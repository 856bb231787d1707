import { DataError } from "../../../schema/errors.ts";

/** What there is to say where something needs a server and this is a browser. */
export function noServer(what: string): DataError {
  return new DataError(
    "unsupported",
    `Cannot ${what} as this is a server: it is a program for a browser`,
  );
}
