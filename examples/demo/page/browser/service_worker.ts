/**
 * Keeps the page and its scripts, so that it opens without a network. What they ask for is not its business.
 *
 * @module
 */

/** What the server writes in front of this script. */
interface Shell {
  /** Another one whenever a file has changed. */
  readonly version: string;
  readonly paths: readonly string[];
}

/** The part of the global scope of a service worker that is used here. */
interface WorkerScope {
  readonly shell: Shell;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
}
interface Extendable {
  waitUntil(promise: Promise<unknown>): void;
}
interface Fetching {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

// It is that of a service worker; the libraries that are checked here know pages alone.
const worker = globalThis as unknown as WorkerScope;
const { version, paths } = worker.shell;

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method === "GET" && paths.includes(pathname)) {
    event.respondWith(answer(event.request, pathname));
  }
});

async function install(): Promise<void> {
  await (await caches.open(version)).addAll([...paths]);
  await worker.skipWaiting();
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== version).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** From the network, so that a page is never older than its server; without one, what is kept. */
async function answer(request: Request, path: string): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(version)).match(path);
    if (!kept) throw error;
    return kept;
  }
}
