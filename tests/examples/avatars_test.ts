import { assertEquals } from "@std/assert";
import { download } from "../../examples/avatars/download.ts";
import { avatars } from "../../examples/avatars/handler.ts";
import { schema, users } from "../../examples/avatars/schema.ts";
import { bytesOf } from "../blobs/subject.ts";
import { testEach } from "./places.ts";

const url = "http://localhost/avatars/ada";

testEach("avatars: a picture is uploaded, named by its row, and downloaded again", async (open) => {
  const db = await open(schema);
  await db.insert(users, { id: "ada", name: "Ada" });
  const handle = avatars(db);
  const put = (type: string, body: BodyInit) =>
    handle(new Request(url, { method: "PUT", body, headers: { "content-type": type } }));
  assertEquals((await handle(new Request(url))).status, 404);

  const picture = bytesOf(300_000);
  const response = await put("image/png", picture);
  assertEquals(response.status, 204);
  const etag = response.headers.get("etag")!;
  assertEquals(`"${(await db.get(users, "ada"))?.avatar}"`, etag);
  assertEquals(await download(handle, url), { etag, bytes: picture });

  assertEquals((await put("text/html", "<script>")).status, 415);
  assertEquals((await put("image/png", bytesOf(2_000_001))).status, 413);
  assertEquals((await handle(new Request("http://localhost/avatars/bob"))).status, 404);
  assertEquals((await download(handle, url)).etag, etag);
});

testEach(
  "avatars: a download that was cut off goes on, and begins anew after a change",
  async (open) => {
    const db = await open(schema);
    await db.insert(users, { id: "ada", name: "Ada" });
    const handle = avatars(db);
    const statuses: number[] = [];
    const fetch = async (request: Request) => {
      const response = await handle(request);
      statuses.push(response.status);
      return response;
    };
    const put = (body: Uint8Array<ArrayBuffer>) =>
      handle(new Request(url, { method: "PUT", body, headers: { "content-type": "image/png" } }));
    const old = bytesOf(500_000, 1);
    await put(old);
    const { etag, bytes } = await download(fetch, url);
    assertEquals(await download(fetch, url, { etag, bytes: bytes.slice(0, 123_456) }), {
      etag,
      bytes: old,
    });
    const next = bytesOf(400_000, 2);
    await put(next);
    assertEquals((await download(fetch, url, { etag, bytes: bytes.slice(0, 5) })).bytes, next);
    assertEquals(statuses, [200, 206, 200]);
  },
);
