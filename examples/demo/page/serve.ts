/**
 * @module
 */
import type { Database } from "@strata/data";
import { explorerApp } from "./server/app.tsx";
import { loadAssets } from "./server/assets.ts";

const FIRST_PORT = 8000;
const PORTS = 20;

/** The page of a database, on the first port from 8000 on that is free. */
export interface PageServer extends AsyncDisposable {
  readonly url: string;
  /** Whether somebody else has port 8000. */
  readonly moved: boolean;
}

/** @throws {Deno.errors.AddrInUse} When 20 ports are taken. */
export async function servePage(db: Database, firstPort = FIRST_PORT): Promise<PageServer> {
  const { fetch } = explorerApp(db, await loadAssets());
  for (let port = firstPort;; port++) {
    try {
      const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, fetch);
      const url = `http://localhost:${server.addr.port}/`;
      return { url, moved: port !== firstPort, [Symbol.asyncDispose]: () => server.shutdown() };
    } catch (error) {
      const isTaken = error instanceof Deno.errors.AddrInUse;
      if (!isTaken || firstPort === 0 || port - firstPort >= PORTS - 1) throw error;
    }
  }
}
