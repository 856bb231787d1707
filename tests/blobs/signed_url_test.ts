import { assertEquals } from "@std/assert";
import { signBlobUrl, verifyBlobUrl } from "../../db/blobs/mod.ts";
import { assertFails } from "../conformance/suite.ts";

const secret = "a secret of this server";
const now = () => 1_000;
const sign = (url: string) => signBlobUrl(url, { secret, expiresAt: 2_000 });

Deno.test("an address that was signed counts until it expires, on any host", async () => {
  for (const path of ["/a", "/a/b%20c?x=1&y=%2F&x=2", "/é/\u{1F600}?q=ü", "/", "/a?", "/a#part"]) {
    const url = await sign(path);
    assertEquals(url.startsWith("/"), true);
    assertEquals(await verifyBlobUrl(url, { secret, now }), true, path);
    assertEquals(await verifyBlobUrl(new URL(url, "https://example.com"), { secret, now }), true);
    assertEquals(await verifyBlobUrl(url, { secret, now: () => 1_999 }), true);
    assertEquals(await verifyBlobUrl(url, { secret, now: () => 2_000 }), false);
    assertEquals(await verifyBlobUrl(url, { secret }), false);
    assertEquals(await verifyBlobUrl(await sign(url), { secret, now }), true);
  }
  const whole = await sign("https://example.com:8080/a?b=c");
  assertEquals(whole.startsWith("https://example.com:8080/a?b=c&expires=2000&signature="), true);
});

Deno.test("an address that was changed counts no more", async () => {
  const url = await sign("/files/a?size=1");
  const wrong = [
    url.replace("/a?", "/b?"),
    url.replace("size=1", "size=2"),
    url.replace("size=1&", ""),
    url.replace("expires=2000", "expires=9999"),
    url.replace("expires=2000", "expires=9999&expires=2000"),
    `${url}&more=1`,
    `${url}&expires=9999`,
    `${url}&signature=x`,
    url.slice(0, -1),
    url.replace(/signature=./, (at) => at.endsWith("A") ? "signature=B" : "signature=A"),
    url.replace(/&signature=.*/, ""),
    url.replace(/signature=.*/, "signature="),
    "/files/a",
    "",
    "http://",
  ];
  for (const each of wrong) assertEquals(await verifyBlobUrl(each, { secret, now }), false, each);
  assertEquals(await verifyBlobUrl(url, { secret: "another secret here", now }), false);
});

Deno.test("a weak secret and an expiry that is none are refused", async () => {
  await assertFails(() => signBlobUrl("/a", { secret: "short", expiresAt: 1 }), RangeError);
  await assertFails(() => verifyBlobUrl("/a", { secret: new Uint8Array(15) }), RangeError);
  for (const expiresAt of [NaN, Infinity, 1.5]) {
    await assertFails(() => signBlobUrl("/a", { secret, expiresAt }), RangeError);
  }
});
