/**
 * What the pages of the blob tests have: the suites on IndexedDB and OPFS, and downloads from the site.
 *
 * @module
 */
import { openDatabase } from "../../mod.ts";
import { blobs } from "../../db/blobs/mod.ts";
import type { Driver } from "../../db/driver.ts";
import { indexedDbDriver } from "../../drivers/indexed_db.ts";
import { opfsDriver } from "../../drivers/opfs.ts";
import { testBlobs } from "../blobs/mod.ts";
import { bytesOf, sha256 } from "../blobs/subject.ts";
import { testCacheOn } from "../db/cache/mod.ts";
import type { Place } from "../support/places.ts";
import { Collected, type Ended } from "../runtimes/collected.ts";

/** Drivers of pages; OPFS with a worker, which writes its files. */
export type Kind = "indexedDb" | "opfs";

let databases = 0;
const newName = () => `${performance.timeOrigin} ${databases++}`;

function driverOf(kind: Kind, name: string): Driver {
  return kind === "indexedDb"
    ? indexedDbDriver(indexedDB, { name })
    : opfsDriver({ name, worker: () => new Worker("/opfs_worker.js") });
}

/** A place of its own, which stays with the profile of the browser. */
function placeOf(kind: Kind): Place {
  const name = newName();
  return {
    open: (schema, options, through = (driver) => driver) =>
      openDatabase(schema, through(driverOf(kind, name)), options),
    remove() {},
  };
}

/** What is called from outside. */
const strata = {
  async suite(
    of: "blobs" | "cache",
    kind: Kind,
    verbs: number,
  ): Promise<Ended & { failures: string[] }> {
    const tests = new Collected();
    if (of === "blobs") {
      testBlobs(
        kind,
        (options) => openDatabase({ tables: [] }, driverOf(kind, newName()), options),
        { verbs },
        tests.register,
      );
    } else {testCacheOn(
        {
          name: kind,
          shared: true,
          make: () => placeOf(kind),
        },
        verbs,
        tests.register,
      );}
    const failures: string[] = [];
    const ended = await tests.run((line) => failures.push(line));
    return { ...ended, failures };
  },
  /** Keeps a blob over a reload: puts it, or says what is there. */
  async keep(bytes: number): Promise<{ etag: string | undefined; whole: boolean }> {
    const driver = indexedDbDriver(indexedDB, { name: "kept" });
    await using db = await openDatabase({ tables: [] }, driver);
    const files = blobs(db, "files");
    const before = await files.get("a");
    if (!before) {
      const { etag } = await files.put("a", new Blob([bytesOf(bytes)]), { type: "a/b" });
      return { etag, whole: false };
    }
    const content = await before.bytes();
    return { etag: before.etag, whole: await sha256(content) === before.etag };
  },
  /** Seeks in the audio of the page; gives where it is then. */
  async seek(url: string, seconds: number): Promise<{ duration: number; at: number }> {
    const audio = new Audio();
    const event = (name: string) =>
      new Promise<void>((resolve, reject) => {
        audio.addEventListener(name, () => resolve(), { once: true });
        audio.addEventListener("error", () => reject(new Error(audio.error?.message)), {
          once: true,
        });
      });
    const loaded = event("loadedmetadata");
    audio.preload = "metadata";
    audio.src = url;
    await loaded;
    const seeked = event("seeked");
    audio.currentTime = seconds;
    await seeked;
    const { duration, currentTime: at } = audio;
    audio.src = "";
    return { duration, at };
  },
  /** Downloads a file, is cut off after so many bytes, and goes on; gives the statuses and what came of it. */
  async resume(
    url: string,
    cut: number,
  ): Promise<{ statuses: number[]; hash: string; etag: string }> {
    const control = new AbortController();
    const first = await fetch(url, { signal: control.signal });
    const etag = first.headers.get("etag") ?? "";
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let have = 0;
    const reader = first.body!.getReader();
    while (have < cut) {
      const { value, done } = await reader.read();
      if (done) break;
      parts.push(value);
      have += value.length;
    }
    control.abort();
    const rest = await fetch(url, {
      headers: { "range": `bytes=${have}-`, "if-range": etag },
      cache: "no-store",
    });
    parts.push(new Uint8Array(await rest.arrayBuffer()));
    const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
    return { statuses: [first.status, rest.status], hash: await sha256(whole), etag };
  },
};

/** Type of `globalThis.strata` in pages. */
export type Strata = typeof strata;

Object.assign(globalThis, { strata });
