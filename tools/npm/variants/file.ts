// drivers/file.ts where there is no file system that keeps anything: it imports nothing and cannot be opened.
import type { Driver } from "../../../db/driver.ts";
import { noServer } from "./no_server.ts";

export function fileDriver(_path: string | URL): Driver {
  return {
    name: "file",
    supports: { durability: ["relaxed", "strict"], shared: true, sql: false },
    open: () => Promise.reject(noServer("keep a database in a file")),
    // deno-lint-ignore require-yield -- it has none to give
    async *recover() {
      throw noServer("recover rows from a file");
    },
  };
}
