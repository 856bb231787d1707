import type { OpfsFiles, OpfsRead } from "./opfs_files.ts";
import type { Bytes } from "./storage.ts";

const FOLDER = "strata";
/** How often, and for how long, a file that is still open in a tab that has ended is tried again. */
const AGAIN_MS = 20;
const PATIENCE_MS = 5_000;

/** What TypeScript's libraries for pages lack, since workers alone have it. */
interface SyncHandle {
  read(bytes: Bytes, options: { at: number }): number;
  write(bytes: Bytes, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}
interface FileHandle {
  createSyncAccessHandle(): Promise<SyncHandle>;
}

/** Whether files can be written here: in dedicated workers alone. */
export function hasSyncAccess(): boolean {
  const handle: unknown = Reflect.get(globalThis, "FileSystemFileHandle");
  return typeof handle === "function" && "createSyncAccessHandle" in handle.prototype;
}

/** Files by the handles that dedicated workers have. */
export class DirectFiles implements OpfsFiles {
  readonly #name: string;
  #folder: FileSystemDirectoryHandle | undefined;
  /** The file that is open, and its number. */
  #open: { readonly file: number; readonly handle: SyncHandle } | undefined;

  constructor(name: string) {
    // Names of folders have no slash, and are not "." or "..".
    this.#name = `db-${encodeURIComponent(name)}`;
  }

  async read(file: number, from: number): Promise<OpfsRead> {
    const found = await this.#find(file);
    if (!found) return { file: -1, from: 0, bytes: new Uint8Array() };
    const begin = found.file === file ? Math.min(from, found.handle.getSize()) : 0;
    return { file: found.file, from: begin, bytes: readFrom(found.handle, begin) };
  }
  async append(at: number, bytes: Bytes, flush: boolean): Promise<void> {
    const handle = this.#open?.handle;
    if (!handle) throw new DOMException("No file is open", "InvalidStateError");
    if (handle.getSize() !== at) handle.truncate(at);
    try {
      writeAt(handle, bytes, at);
    } catch (error) {
      handle.truncate(at);
      throw error;
    }
    if (flush) handle.flush();
    await this.release();
  }
  async replace(bytes: Bytes): Promise<number> {
    const before = this.#open?.file ?? 0;
    if (!this.#open) (await this.#handle(0, true)).close(); // an empty one is no database yet
    await this.release();
    const file = before + 1;
    const handle = await this.#handle(file, true);
    try {
      handle.truncate(0);
      writeAt(handle, bytes, 0);
      handle.flush();
    } catch (error) {
      handle.truncate(0); // its space may be what is missing
      throw error;
    } finally {
      handle.close();
    }
    await (await this.#directory()).removeEntry(nameOf(before)); // from now on the new one counts
    return file;
  }
  async all(): Promise<Bytes> {
    const parts: Bytes[] = [];
    for (const file of await this.#numbers()) {
      const handle = await this.#handle(file, false);
      try {
        parts.push(readFrom(handle, 0));
      } finally {
        handle.close();
      }
    }
    const bytes = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
  release(): Promise<void> {
    this.#open?.handle.close();
    this.#open = undefined;
    return Promise.resolve();
  }
  close(): void {
    void this.release();
  }

  /** Opens the file that counts: the first one, since those after it were not finished. */
  async #find(known: number): Promise<{ file: number; handle: SyncHandle } | undefined> {
    await this.release();
    try {
      // Where it is there still, it is the first one.
      if (known >= 0) return this.#open = { file: known, handle: await this.#handle(known, false) };
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    const [file] = await this.#numbers();
    if (file === undefined) return undefined;
    return this.#open = { file, handle: await this.#handle(file, false) };
  }
  /** The numbers of the files there are, in order. */
  async #numbers(): Promise<number[]> {
    const numbers: number[] = [];
    try {
      for await (const name of (await this.#directory()).keys()) {
        const [, number] = /^log\.(\d+)$/.exec(name) ?? [];
        if (number !== undefined) numbers.push(Number(number));
      }
    } catch (error) {
      this.#folder = undefined;
      if (!isNotFound(error)) throw error;
      return []; // it was deleted
    }
    return numbers.sort((a, b) => a - b);
  }
  async #directory(): Promise<FileSystemDirectoryHandle> {
    if (this.#folder) return this.#folder;
    const root = await navigator.storage.getDirectory();
    const all = await root.getDirectoryHandle(FOLDER, { create: true });
    return this.#folder = await all.getDirectoryHandle(this.#name, { create: true });
  }
  async #handle(file: number, create: boolean): Promise<SyncHandle> {
    const entry = await (await this.#directory()).getFileHandle(nameOf(file), { create });
    const handle = entry as unknown as FileHandle; // as `hasSyncAccess` has found
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await handle.createSyncAccessHandle();
      } catch (error) {
        const isOpen = error instanceof DOMException &&
          error.name === "NoModificationAllowedError";
        if (!isOpen || performance.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }
}

function nameOf(file: number): string {
  return `log.${file}`;
}
function isNotFound(error: unknown): boolean {
  return error instanceof DOMException && error.name === "NotFoundError";
}

function readFrom(handle: SyncHandle, from: number): Bytes {
  const bytes = new Uint8Array(handle.getSize() - from);
  for (let at = 0; at < bytes.length;) {
    const count = handle.read(bytes.subarray(at), { at: from + at });
    if (count === 0) return bytes.slice(0, at);
    at += count;
  }
  return bytes;
}

function writeAt(handle: SyncHandle, bytes: Bytes, from: number): void {
  for (let at = 0; at < bytes.length;) {
    const count = handle.write(bytes.subarray(at), { at: from + at });
    if (count === 0) throw new DOMException("No space is left", "QuotaExceededError");
    at += count;
  }
}
