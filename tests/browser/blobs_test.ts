/**
 * Blobs in a real Chromium, in a page and from a server: `deno task test:browser`. It needs a browser, so
 * without `STRATA_BROWSER=1` its tests are ignored.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { peerPackages } from "../../tools/bundle/peer_packages.ts";
import { type Database, openDatabase } from "../../mod.ts";
import { blobs, serveBlob } from "../../db/blobs/mod.ts";
import { sqliteDriver } from "../../drivers/sqlite.ts";
import { bytesOf } from "../blobs/subject.ts";
import { closing } from "../db/subject.ts";
import { runsOf } from "../model/runs.ts";
import type { Kind, Strata } from "./blobs_page.ts";
import { openBrowser } from "./browser.ts";
import { serveSite } from "./site.ts";

/** Whether there is to be a browser. */
const ASKED = Deno.env.get("STRATA_BROWSER") === "1";

/** In the page, which has it by its script. */
declare const strata: Strata;

const RATE = 44_100;
const SECONDS = 600;

/** Sound of 10 minutes, some 50 MB: a head of WAV, then samples of 16 bits. */
function sound(): ReadableStream<Uint8Array<ArrayBuffer>> {
  const samples = RATE * SECONDS * 2;
  const head = new DataView(new ArrayBuffer(44));
  const text = (at: number, text: string) => {
    for (let i = 0; i < text.length; i++) head.setUint8(at + i, text.charCodeAt(i));
  };
  text(0, "RIFF");
  head.setUint32(4, 36 + samples, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true); // PCM
  head.setUint16(22, 1, true); // one channel
  head.setUint32(24, RATE, true);
  head.setUint32(28, RATE * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, samples, true);
  let second = -1;
  return new ReadableStream({
    pull(controller) {
      if (second++ < 0) return controller.enqueue(new Uint8Array(head.buffer));
      if (second > SECONDS) return controller.close();
      const tone = new Int16Array(RATE);
      for (let i = 0; i < RATE; i++) tone[i] = 8_000 * Math.sin(i * (200 + second) * 6.283 / RATE);
      controller.enqueue(new Uint8Array(tone.buffer));
    },
  });
}

interface Asked {
  readonly range: string | null;
  readonly status: number;
  sent: number;
}

/** A site with the page at `/`, and blobs at their keys; `asked` has what was asked for. */
async function serve(db: Database) {
  const files = blobs(db, "files");
  await using packages = await peerPackages(["@preact/signals-core"]);
  await using page = await serveSite(new URL("./blobs_page.ts", import.meta.url), packages.folder);
  const worker = new URL("../../drivers/opfs_worker.ts", import.meta.url);
  await using second = await serveSite(worker, packages.folder);
  const scripts = new Map([["page.js", page.script], ["opfs_worker.js", second.script]]);
  const asked: Asked[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const key = new URL(request.url).pathname.slice(1);
    const script = scripts.get(key);
    if (script !== undefined) {
      return new Response(script, { headers: { "content-type": "text/javascript" } });
    }
    if (key === "") {
      const html = `<!doctype html><title>Strata</title><script src="/page.js"></script>`;
      return new Response(html, { headers: { "content-type": "text/html" } });
    }
    const response = await serveBlob(request, { blobs: files, key });
    const entry = { range: request.headers.get("range"), status: response.status, sent: 0 };
    asked.push(entry);
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        entry.sent += piece.length;
        controller.enqueue(piece);
      },
    });
    return new Response(response.body?.pipeThrough(counted) ?? null, response);
  });
  const url = `http://127.0.0.1:${server.addr.port}/`;
  return { files, asked, url, [Symbol.asyncDispose]: () => server.shutdown() };
}

function test(
  name: string,
  run: (page: Page, site: Awaited<ReturnType<typeof serve>>) => Promise<void>,
): void {
  Deno.test({
    name: `chromium, blobs: ${name}${
      ASKED ? "" : " (ignored: needs a browser, deno task test:browser)"
    }`,
    ignore: !ASKED,
    sanitizeOps: false, // of the connection to the browser, and of the site
    sanitizeResources: false,
    async fn() {
      const folder = await Deno.makeTempDir({ prefix: "strata_" });
      const client = new DatabaseSync(`${folder}/data.db`);
      const opened = await openDatabase({ tables: [] }, sqliteDriver(client));
      await using _db = closing(opened, () => {
        client.close();
        Deno.removeSync(folder, { recursive: true });
      });
      await using site = await serve(opened);
      await using browser = await openBrowser();
      const page = await browser.newPage();
      await page.goto(site.url);
      await run(page, site);
      await page.close();
    },
  });
}

for (const kind of ["indexedDb", "opfs"] as const) {
  for (const [of, least] of [["blobs", 45], ["cache", 30]] as const) {
    test(`the suite of ${of} passes in a page, on ${kind}`, async (page) => {
      const { passed, failed, failures } = await page.evaluate(
        ([of, kind, verbs]) => strata.suite(of, kind, verbs),
        [of, kind, runsOf(of === "blobs" ? 150 : 1_000)] as ["blobs" | "cache", Kind, number],
      );
      assertEquals(failures, []);
      assertEquals(failed, 0);
      assert(passed > least, `${passed} tests are too few`);
    });
  }
}

test("a page keeps a blob of 20 MB over a reload", async (page) => {
  const put = await page.evaluate((bytes) => strata.keep(bytes), 20_000_000);
  await page.reload();
  const kept = await page.evaluate((bytes) => strata.keep(bytes), 20_000_000);
  assertEquals(kept, { etag: put.etag, whole: true });
});

test("a media element seeks in 50 MB by ranges", async (page, { files, asked, url }) => {
  const { size } = await files.put("sound.wav", sound(), { type: "audio/wav" });
  assertEquals(size, 44 + RATE * 2 * SECONDS);
  const { duration, at } = await page.evaluate(
    ([url, seconds]) => strata.seek(url, seconds),
    [`${url}sound.wav`, 500] as [string, number],
  );
  assertEquals([Math.round(duration), Math.round(at)], [SECONDS, 500]);
  const starts = asked.map(({ range }) => Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? NaN));
  assert(starts.some((start) => start > 40_000_000), `ranges from ${starts}`);
  assert(asked.every(({ range, status }) => range === null || status === 206));
  const sent = asked.reduce((sum, { sent }) => sum + sent, 0);
  assert(sent < size / 2, `${sent} bytes were sent`);
});

test("a download that was cut off goes on where it was", async (page, { files, url }) => {
  const { etag } = await files.put("large", bytesOf(8_000_000), { type: "application/zip" });
  const found = await page.evaluate(
    ([url, cut]) => strata.resume(url, cut),
    [`${url}large`, 1_000_000] as [string, number],
  );
  assertEquals(found, { statuses: [200, 206], hash: etag, etag: `"${etag}"` });
});
