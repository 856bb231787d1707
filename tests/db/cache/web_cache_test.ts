import { assert, assertEquals, assertRejects } from "@std/assert";
import { cache, webCache } from "../../../db/cache/mod.ts";
import { PLACES } from "../../support/places.ts";
import { clock, schema } from "./suite.ts";

const URL_A = "https://example.com/a";
const START = Date.parse("2026-01-01T00:00:00Z");

for (const kind of PLACES) {
  const test = (
    title: string,
    fn: (
      web: ReturnType<typeof webCache>,
      time: ReturnType<typeof clock>,
      c: ReturnType<typeof cache>,
    ) => Promise<void>,
  ) =>
    Deno.test(`${kind.name}: webCache() ${title}`, async () => {
      const place = kind.make();
      const db = await place.open(schema);
      const time = clock(START);
      const c = cache(db, "web", { now: time.now });
      try {
        await fn(webCache(c), time, c);
      } finally {
        await db.close();
        place.remove();
      }
    });
  const response = (headers: HeadersInit, body: BodyInit | null = "x", status = 200) =>
    new Response(body, { headers, status });

  test("gives back what was put, bytes and all", async (web) => {
    const body = Uint8Array.from({ length: 300 }, (_, i) => i);
    const headers = { "content-type": "image/png", "x-a": "1" };
    await web.put(`${URL_A}#part`, new Response(body, { status: 404, statusText: "No", headers }));
    const found = await web.match(new Request(URL_A));
    assertEquals(new Uint8Array(await found!.arrayBuffer()), body);
    assertEquals([found?.status, found?.statusText, found?.url], [404, "No", URL_A]);
    assertEquals([found?.headers.get("x-a"), found?.headers.get("age")], ["1", "0"]);
    assertEquals(await web.match(`${URL_A}?q`), undefined);
    assertEquals(await web.match(new Request(URL_A, { method: "HEAD" })), undefined);
    assert(await web.match(new Request(URL_A, { method: "POST" }), { ignoreMethod: true }));
    await web.put(URL_A, response({}, null, 204));
    assertEquals((await web.match(URL_A))?.status, 204);
  });

  test("refuses what is no answer for all", async (web) => {
    const post = new Request(URL_A, { method: "POST" });
    await assertRejects(() => web.put(post, response({})), TypeError);
    await assertRejects(() => web.put("ftp://example.com/", response({})), TypeError);
    await assertRejects(() => web.put(URL_A, response({ vary: "a, *" })), TypeError);
    await assertRejects(() => web.put(URL_A, response({}, "x", 206)), TypeError);
    const used = response({});
    await used.text();
    await assertRejects(() => web.put(URL_A, used), TypeError);
  });

  test("is fresh as long as the response says", async (web, time) => {
    const date = new Date(START).toUTCString();
    const after = (seconds: number) => new Date(START + seconds * 1_000).toUTCString();
    const cases: [HeadersInit, number | "never" | "always"][] = [
      [{ "cache-control": "max-age=10" }, 10],
      [{ "cache-control": 'MAX-AGE="10"' }, 10],
      [{ "cache-control": "max-age=100, s-maxage=10" }, 10],
      [{ "cache-control": "max-age=30", age: "20" }, 10],
      [{ "cache-control": "max-age=10", expires: after(99) }, 10],
      [{ date, expires: after(10) }, 10],
      [{ date: after(-20), "cache-control": "max-age=30" }, 10],
      [{ date, "last-modified": after(-100) }, 10],
      [{}, "always"],
      [{ expires: "0" }, "never"],
      [{ "cache-control": "max-age=x" }, "never"],
      [{ "cache-control": "max-age=10", age: "10" }, "never"],
      [{ "cache-control": "no-store, max-age=10" }, "never"],
      [{ "cache-control": "private, max-age=10" }, "never"],
      [{ "cache-control": "no-cache" }, "never"],
    ];
    for (const [i, [headers]] of cases.entries()) await web.put(`${URL_A}/${i}`, response(headers));
    const fresh = () =>
      Promise.all(cases.map(async (_, i) => await web.match(`${URL_A}/${i}`) !== undefined));
    assertEquals(await fresh(), cases.map(([, until]) => until !== "never"));
    assertEquals((await web.keys()).length, cases.filter(([, until]) => until !== "never").length);
    time.move(9_999);
    assertEquals(await fresh(), cases.map(([, until]) => until !== "never"));
    assertEquals((await web.match(`${URL_A}/3`))?.headers.get("age"), "29");
    time.move(1);
    assertEquals(await fresh(), cases.map(([, until]) => until === "always"));
  });

  test("stores what the rules let it, and heeds the request", async (web) => {
    const auth = new Request(URL_A, { headers: { authorization: "x" } });
    await web.put(auth, response({ "cache-control": "max-age=9" }));
    assertEquals(await web.match(URL_A), undefined);
    await web.put(auth, response({ "cache-control": "max-age=9, public" }));
    assert(await web.match(URL_A));
    const asking = (value: string) =>
      web.match(new Request(URL_A, { headers: { "cache-control": value } }));
    assertEquals(await asking("no-cache"), undefined);
    assertEquals(await asking("min-fresh=9"), undefined);
    assert(await asking("min-fresh=8"));
    await web.put(URL_A, response({ "cache-control": "no-store" }));
    assertEquals(await web.match(URL_A), undefined);
    await web.put(`${URL_A}/500`, response({}, "x", 500));
    assertEquals(await web.match(`${URL_A}/500`), undefined);
  });

  test("tells responses apart by Vary", async (web) => {
    const asking = (lang?: string) =>
      new Request(URL_A, { headers: lang === undefined ? {} : { "accept-language": lang } });
    const vary = { vary: "Accept-Language", "cache-control": "max-age=9" };
    await Promise.all(["de", "en"].map((lang) => web.put(asking(lang), response(vary, lang))));
    assertEquals(await (await web.match(asking("de")))?.text(), "de");
    assertEquals(await (await web.match(asking("en")))?.text(), "en");
    assertEquals(await web.match(asking()), undefined);
    assert(await web.match(asking("fr"), { ignoreVary: true }));
    assertEquals((await web.keys(URL_A, { ignoreVary: true })).length, 2);
    assertEquals(await web.delete(asking("fr")), false);
    assertEquals(await web.delete(asking("de")), true);
    assertEquals(await web.match(asking("de")), undefined);
    assert(await web.match(asking("en")));
  });

  test("takes long addresses, query strings and tags", async (web, _, c) => {
    const long = `${URL_A}?${"q".repeat(3_000)}`;
    await web.put(`${long}1`, response({ "cache-tag": "t, u" }, "1"));
    await web.put(`${long}2`, response({}, "2"));
    await web.put(`${URL_A}b`, response({}, "b"));
    assertEquals(await (await web.match(`${long}2`))?.text(), "2");
    assertEquals(await (await web.match(`${long}1`))?.text(), "1");
    assertEquals((await web.keys(URL_A, { ignoreSearch: true })).length, 2);
    assertEquals(await c.invalidateTags(["u"]), 1);
    assertEquals(await web.match(`${long}1`), undefined);
    assertEquals(await web.delete(URL_A, { ignoreSearch: true }), true);
    assertEquals((await web.keys()).map(({ url }) => url), [`${URL_A}b`]);
  });
}
