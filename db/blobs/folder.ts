import { DataError } from "../../schema/errors.ts";
import { builtIn } from "./built_in.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A file that is being written. */
export interface FileWriter {
  write(bytes: Bytes): Promise<void>;
  /** All of it is there; after a crash too, where the database is to keep what it acknowledged. */
  close(): Promise<void>;
  /** Takes it away, if it is still there. */
  drop(): Promise<void>;
}

/** A file of content that is being read. */
export interface FileReader {
  /** So many bytes from a place on; fewer at the end. */
  read(from: number, length: number): Promise<Bytes>;
  close(): Promise<void>;
}

/** What is in a folder. */
export interface Entry {
  readonly name: string;
  /** The upload that writes it, or undefined when it has its name. */
  readonly upload: string | undefined;
}

/** Content as files, named by their hashes; what is being written has the name of its upload. */
export interface Folder {
  create(upload: string): Promise<FileWriter>;
  /** Gives a file that was written the name of its hash. */
  place(upload: string, hash: string): Promise<void>;
  /** Opens content; undefined when it is not there. */
  open(hash: string): Promise<FileReader | undefined>;
  list(): Promise<readonly Entry[]>;
  /** Removes a file at once; gives its bytes, 0 when there is none or somebody keeps it. */
  remove(name: string): number;
  /** The same of what an upload has written. */
  removeUpload(upload: string): number;
}

const NEW = ".new";

/**
 * A folder for the content of one store, which is made with the first file.
 *
 * @throws {DataError} With code `"unsupported"` where the runtime has no files.
 */
export function folderOf(path: string, strict: boolean): Folder {
  const syncFs = fileSystem();
  const files = syncFs.promises;
  const at = (name: string) => `${path}/${name}`;
  /** Names are on the disk with their folder, where a platform can do so. */
  async function syncFolder(): Promise<void> {
    if (!strict) return;
    const folder = await files.open(path, "r").catch(() => undefined);
    await folder?.sync().catch(() => {}); // Windows can't, and has no need
    await folder?.close();
  }
  async function create(upload: string): Promise<FileWriter> {
    await files.mkdir(path, { recursive: true });
    const file = await files.open(at(upload + NEW), "wx");
    let open = true;
    async function end(): Promise<void> {
      if (!open) return;
      open = false;
      await file.close();
    }
    return {
      write: (bytes) =>
        usable(async () => {
          for (let done = 0; done < bytes.length;) {
            done += (await file.write(bytes, done, bytes.length - done)).bytesWritten;
          }
        }),
      close: () =>
        usable(async () => {
          try {
            if (strict) await file.sync();
          } finally {
            await end();
          }
        }),
      drop: () =>
        usable(async () => {
          await end();
          await files.rm(at(upload + NEW), { force: true });
        }),
    };
  }
  async function open(hash: string): Promise<FileReader | undefined> {
    let file: Awaited<ReturnType<typeof files.open>>;
    try {
      file = await files.open(at(hash), "r");
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw error;
    }
    return {
      read: (from, length) =>
        usable(async () => {
          const bytes = new Uint8Array(length);
          let done = 0;
          while (done < length) {
            const { bytesRead } = await file.read(bytes, done, length - done, from + done);
            if (bytesRead === 0) break;
            done += bytesRead;
          }
          return done === length ? bytes : bytes.slice(0, done);
        }),
      close: () => file.close(),
    };
  }
  async function list(): Promise<readonly Entry[]> {
    try {
      return (await files.readdir(path)).map((name) => ({
        name,
        upload: name.endsWith(NEW) ? name.slice(0, -NEW.length) : undefined,
      }));
    } catch (error) {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    }
  }
  function remove(name: string): number {
    try {
      const { size } = syncFs.statSync(at(name));
      syncFs.unlinkSync(at(name));
      return size;
    } catch {
      // It is gone, or somebody has it open: the next gc() finds it.
      return 0;
    }
  }
  return {
    create: (upload) => usable(() => create(upload)),
    place: (upload, hash) =>
      usable(async () => {
        await files.rename(at(upload + NEW), at(hash));
        await syncFolder();
      }),
    open: (hash) => usable(() => open(hash)),
    list: () => usable(list),
    remove,
    removeUpload: (upload) => remove(upload + NEW),
  };
}

function fileSystem(): NonNullable<ReturnType<typeof builtIn<"node:fs">>> {
  const fs = builtIn("node:fs");
  if (fs) return fs;
  throw new DataError(
    "unsupported",
    "Cannot keep blobs as files as the runtime has files: it has none",
  );
}

/** What goes wrong with files, as a failure of the database. */
async function usable<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (cause) {
    const code = codeOf(cause);
    const full = code === "ENOSPC" || code === "EDQUOT";
    throw new DataError(
      full ? "full" : "unavailable",
      `Cannot use the folder of blobs as its files can be read and written: ${
        full ? "the disk is full" : "they can not"
      }`,
      { cause, committed: "no" },
    );
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
