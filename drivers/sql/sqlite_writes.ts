import type { Dialect } from "./dialect.ts";
import { Writes } from "./write.ts";

/** Effects as statements of a dialect of SQLite. */
export function sqliteWrites(dialect: Dialect): Writes {
  return new Writes(
    dialect,
    (type) =>
      type === "text" || type === "json"
        ? "hex(randomblob(16))"
        : type === "bytes"
        ? "randomblob(16)"
        : "random()",
  );
}
