import { assert, assertEquals } from "@std/assert";
import { serveBlob, type ServeOptions } from "../../db/blobs/mod.ts";
import { assertFails } from "../conformance/suite.ts";
import { assertNoLitter } from "./inspect.ts";
import { type BlobSuite, bytesOf, CHUNK, cut, streamOf, type Subject } from "./subject.ts";

type Headers = Record<string, string>;

/** What a request for the key "a" is answered with. */
function asked({ files }: Subject) {
  return async (headers: Headers = {}, method = "GET", more: Partial<ServeOptions> = {}) => {
    const request = new Request("http://localhost/a", { method, headers });
    const response = await serveBlob(request, { blobs: files, key: "a", ...more });
    const body = await response.bytes();
    const length = response.headers.get("content-length");
    if (method === "GET" && length !== null) assertEquals(body.length, Number(length));
    return { status: response.status, headers: response.headers, body };
  };
}

export function serveTests({ test }: BlobSuite): void {
  test("serveBlob() answers GET and HEAD, and nothing else", async (subject) => {
    const ask = asked(subject);
    assertEquals((await ask()).status, 404);
    const bytes = bytesOf(3 * CHUNK);
    const { etag } = await subject.files.put("a", bytes, { type: "image/png" });
    for (const method of ["GET", "HEAD"]) {
      const { status, headers, body } = await ask({}, method);
      assertEquals(status, 200);
      assertEquals(body, method === "GET" ? bytes : new Uint8Array());
      assertEquals(Object.fromEntries(headers), {
        "accept-ranges": "bytes",
        "content-length": String(bytes.length),
        "content-type": "image/png",
        "etag": `"${etag}"`,
        "last-modified": "Fri, 15 Jan 2027 08:00:00 GMT",
        "x-content-type-options": "nosniff",
      });
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const { status, headers } = await ask({}, method);
      assertEquals([status, headers.get("allow")], [405, "GET, HEAD"]);
    }
  });

  test("serveBlob() answers empty content and one without a type", async (subject) => {
    const ask = asked(subject);
    await subject.files.put("a", "");
    const { status, headers, body } = await ask();
    assertEquals([status, body.length, headers.get("content-length")], [200, 0, "0"]);
    assertEquals(headers.get("content-type"), "application/octet-stream");
    const ranged = await ask({ range: "bytes=0-" });
    assertEquals([ranged.status, ranged.headers.get("content-range")], [416, "bytes */0"]);
  });

  test("serveBlob() sends one range", async (subject) => {
    const ask = asked(subject);
    const bytes = bytesOf(3_000);
    await subject.files.put("a", bytes);
    const ranges: [string, number, number][] = [
      ["bytes=0-0", 0, 1],
      ["bytes=0-99", 0, 100],
      ["bytes=1000-2047", 1_000, 2_048],
      ["bytes=2999-2999", 2_999, 3_000],
      ["bytes=100-", 100, 3_000],
      ["bytes=100-99999", 100, 3_000],
      ["bytes=-1", 2_999, 3_000],
      ["bytes=-5000", 0, 3_000],
      ["BYTES = 5-6", 5, 7],
      ["bytes=,5-6,", 5, 7],
      ["bytes=0-9,5-19", 0, 20],
    ];
    for (const [range, from, to] of ranges) {
      const { status, headers, body } = await ask({ range });
      assertEquals(status, 206, range);
      assertEquals(headers.get("content-range"), `bytes ${from}-${to - 1}/3000`);
      assertEquals(body, bytes.slice(from, to), range);
    }
    for (const range of ["bytes=3000-", "bytes=9999-10000", "bytes=-0", "bytes=5000-,-0"]) {
      const { status, headers, body } = await ask({ range });
      assertEquals([status, headers.get("content-range")], [416, "bytes */3000"], range);
      assertEquals(body.length, 0);
    }
    const ignored = [
      ...["items=0-5", "bytes", "bytes=", "bytes=a-b", "bytes=5-1", "bytes=-", "bytes=1--2", "0-5"],
      ...["bytes=0-5;6-7", "bytes=0x1-5", "bytes=-1-5", `bytes=${"0-0,2-2,".repeat(20)}4-4`],
    ];
    for (const range of ignored) {
      const { status, body } = await ask({ range });
      assertEquals([status, body.length], [200, 3_000], range);
    }
    const head = await ask({ range: "bytes=0-5" }, "HEAD");
    assertEquals([head.status, head.headers.get("content-length")], [200, "3000"]);
  });

  test("serveBlob() sends several ranges as multipart/byteranges", async (subject) => {
    const ask = asked(subject);
    const text = "0123456789".repeat(300);
    await subject.files.put("a", text, { type: "text/plain" });
    const { status, headers, body } = await ask({ range: "bytes=0-1,1000-1002,-2" });
    assertEquals(status, 206);
    assertEquals(headers.get("content-range"), null);
    const [, boundary] = /^multipart\/byteranges; boundary=(\w+)$/.exec(
      headers.get("content-type")!,
    )!;
    const part = (range: string, text: string) =>
      `\r\n--${boundary}\r\nContent-Type: text/plain\r\nContent-Range: bytes ${range}/3000\r\n\r\n${text}`;
    assertEquals(
      new TextDecoder().decode(body),
      `${part("0-1", "01")}${part("1000-1002", "012")}${
        part("2998-2999", "89")
      }\r\n--${boundary}--\r\n`,
    );
    // One that is not there is left out; those that are all of it are the whole.
    assertEquals(
      (await ask({ range: "bytes=0-1,9000-" })).headers.get("content-range"),
      "bytes 0-1/3000",
    );
    assertEquals((await ask({ range: "bytes=0-1499,1500-" })).status, 206);
    assertEquals((await ask({ range: "bytes=0-1499,1501-,0-1" })).status, 206);
  });

  test("serveBlob() keeps to the conditions of a request", async (subject) => {
    const ask = asked(subject);
    const { etag } = await subject.files.put("a", "content");
    const tag = `"${etag}"`;
    const at = "Fri, 15 Jan 2027 08:00:00 GMT";
    const before = "Fri, 15 Jan 2027 07:59:59 GMT";
    const cases: [Headers, number][] = [
      [{ "if-none-match": tag }, 304],
      [{ "if-none-match": `W/${tag}` }, 304],
      [{ "if-none-match": `"x", ${tag}` }, 304],
      [{ "if-none-match": "*" }, 304],
      [{ "if-none-match": '"x"' }, 200],
      [{ "if-none-match": etag }, 200],
      [{ "if-none-match": '"x"', "if-modified-since": at }, 200],
      [{ "if-modified-since": at }, 304],
      [{ "if-modified-since": before }, 200],
      [{ "if-modified-since": "yesterday" }, 200],
      [{ "if-match": tag }, 200],
      [{ "if-match": "*" }, 200],
      [{ "if-match": `"x",${tag}` }, 200],
      [{ "if-match": `W/${tag}` }, 412],
      [{ "if-match": '"x"' }, 412],
      [{ "if-match": '"x"', "if-none-match": tag }, 412],
      [{ "if-match": tag, "if-unmodified-since": before }, 200],
      [{ "if-unmodified-since": before }, 412],
      [{ "if-unmodified-since": at }, 200],
      [{ "range": "bytes=0-1", "if-range": tag }, 206],
      [{ "range": "bytes=0-1", "if-range": at }, 206],
      [{ "range": "bytes=0-1", "if-range": '"x"' }, 200],
      [{ "range": "bytes=0-1", "if-range": `W/${tag}` }, 200],
      [{ "range": "bytes=0-1", "if-range": before }, 200],
      [{ "range": "bytes=0-1", "if-none-match": tag }, 304],
    ];
    for (const [headers, status] of cases) {
      for (const method of ["GET", "HEAD"]) {
        const wanted = method === "HEAD" && status === 206 ? 200 : status;
        const found = await ask(headers, method);
        assertEquals(found.status, wanted, JSON.stringify(headers));
        assertEquals(found.headers.get("etag"), tag);
        if (wanted >= 300) assertEquals(found.body.length, 0);
      }
    }
  });

  test("serveBlob() names a download for old and new clients", async (subject) => {
    const ask = asked(subject);
    await subject.files.put("a", "x");
    const cases: [string, string][] = [
      ["report.pdf", 'attachment; filename="report.pdf"'],
      ["a b.txt", 'attachment; filename="a b.txt"'],
      ["naïve.txt", `attachment; filename="na_ve.txt"; filename*=UTF-8''na%C3%AFve.txt`],
      ["\u{1F600}.txt", `attachment; filename="_.txt"; filename*=UTF-8''%F0%9F%98%80.txt`],
      ['a"b.txt', `attachment; filename="a_b.txt"; filename*=UTF-8''a%22b.txt`],
      ["it's (1)*.txt", `attachment; filename="it's (1)*.txt"`],
      ["é'()*", `attachment; filename="_'()*"; filename*=UTF-8''%C3%A9%27%28%29%2A`],
      ["50%.txt", `attachment; filename="50_.txt"; filename*=UTF-8''50%25.txt`],
      ["../../etc/passwd", 'attachment; filename=".._.._etc_passwd"'],
      ["a\r\nset-cookie: b", 'attachment; filename="aset-cookie: b"'],
      ["x\u202Etxt.exe", 'attachment; filename="xtxt.exe"'],
      ["\uD800", `attachment; filename="_"; filename*=UTF-8''%EF%BF%BD`],
    ];
    for (const [download, wanted] of cases) {
      const { headers } = await ask({}, "GET", { download });
      assertEquals(headers.get("content-disposition"), wanted);
    }
  });

  test("a client that goes away lets the content go", async ({ files, db }) => {
    await files.put("a", bytesOf(40 * CHUNK));
    const ranges = ["", "bytes=0-9,1000-1009", "bytes=5-"];
    const bodies: ReadableStream[] = [];
    for (const range of ranges) {
      const request = new Request("http://localhost", range ? { headers: { range } } : {});
      bodies.push((await serveBlob(request, { blobs: files, key: "a" })).body!);
    }
    const quiet = new Request("http://localhost", { method: "HEAD" });
    await serveBlob(quiet, { blobs: files, key: "a" });
    await files.delete("a");
    assertEquals(await files.gc(), { bytes: 0 });
    for (const body of bodies) await body.cancel();
    assertEquals(await files.gc(), { bytes: 40 * CHUNK });
    await assertNoLitter(db);
  });

  test("upload() stores the body of a request within its limits", async ({ files, db }) => {
    const bytes = bytesOf(4 * CHUNK);
    const request = (type: string, body: BodyInit | null = bytes, more: RequestInit = {}) =>
      new Request("http://localhost", {
        ...{ method: "POST", body, headers: { "content-type": type } },
        ...more,
      });
    const options = { key: "a", maxBytes: 4 * CHUNK, types: ["image/*", "text/plain"] };
    const head = await files.upload(request("image/png"), options);
    assertEquals([head.key, head.size, head.type], ["a", bytes.length, "image/png"]);
    assertEquals(await (await files.get("a"))?.bytes(), bytes);
    await files.upload(request("Text/Plain; charset=utf-8"), { ...options, key: "b" });
    await files.upload(request("a/b"), { key: "b", maxBytes: 1e9, type: "c/d" });
    assertEquals((await files.head("b"))?.type, "c/d");
    assertEquals((await files.upload(request("text/plain", null), options)).size, 0);

    for (const type of ["text/html", "image", "imagex/png", "", "text/plainx"]) {
      await assertFails(() => files.upload(request(type), options), TypeError, "type");
    }
    const small = { ...options, maxBytes: 4 * CHUNK - 1 };
    await assertFails(() => files.upload(request("image/png"), small), RangeError, "at most");
    const streamed = request(
      "image/png",
      streamOf(cut(bytes, 500)),
      { duplex: "half" } as RequestInit,
    );
    await assertFails(() => files.upload(streamed, small), RangeError, "at most");
    const control = new AbortController();
    const never = new Promise<never>(() => {});
    const stuck = streamOf(cut(bytes, 500), { at: 4, open: never });
    const aborted = request("image/png", stuck, {
      ...{ signal: control.signal, duplex: "half" },
    } as RequestInit);
    setTimeout(() => control.abort(new Error("gone")), 10);
    await assertFails(() => files.upload(aborted, options), Error, "gone");
    const read = request("image/png");
    await read.bytes();
    await assertFails(() => files.upload(read, options), TypeError, "read");
    await files.gc();
    assert((await assertNoLitter(db)).keys === 2);
  });
}
