/**
 * What a page's worker runs for `opfsDriver`: it writes the files, which pages can't. Importing it is all
 * that there is to do.
 *
 * @module
 */
import { DirectFiles } from "./log/opfs_direct.ts";
import type { OpfsFiles, OpfsReply, OpfsRequest } from "./log/opfs_files.ts";

const byName = new Map<string, OpfsFiles>();
/** Requests of a worker are answered one after the other. */
let last: Promise<unknown> = Promise.resolve();

/** What a worker has of its scope, which is not in the types of a page. */
interface Scope {
  onmessage: (event: MessageEvent<OpfsRequest>) => void;
  postMessage(reply: OpfsReply | { readonly life: string }): void;
}

// Elsewhere, as in a bundle that is loaded by mistake, it does nothing.
if ("WorkerGlobalScope" in globalThis) serve(globalThis as unknown as Scope); // it is that of a worker

function serve(scope: Scope): void {
  scope.onmessage = ({ data }) => {
    last = last.then(async () => scope.postMessage(await answer(data)));
  };
  // It has this lock as long as it lives, so that its page hears when it ends.
  const life = `strata-opfs-worker ${Math.random().toString(36).slice(2)}`;
  navigator.locks?.request(life, () => {
    scope.postMessage({ life });
    return new Promise(() => {});
  }).catch(() => {}); // then nobody hears of it
}

async function answer({ id, name, method, args }: OpfsRequest): Promise<OpfsReply> {
  try {
    let files = byName.get(name);
    if (!files) byName.set(name, files = new DirectFiles(name));
    // The other side of this takes care of what a method gets.
    const call = files[method] as (...args: readonly unknown[]) => Promise<unknown>;
    return { id, value: await call.apply(files, [...args]) };
  } catch (error) {
    return { id, failed: error instanceof Error ? error.name : "UnknownError" };
  }
}
