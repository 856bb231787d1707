/**
 * The server as a function from request to response, so that it can be tested without a network.
 *
 * @module
 */
import { DataError, query } from "@strata/data";
import { notes } from "./schema.ts";
import type { Tenants } from "./tenants.ts";

const PATH = new URLPattern({ pathname: "/:tenant/notes" });
const newest = query(notes).orderBy("at", "desc").limit(100);

/** `GET /acme/notes` lists the notes of acme, `POST` adds the text of the body. */
export function createHandler(tenants: Tenants): (request: Request) => Promise<Response> {
  return async (request) => {
    const name = PATH.exec(request.url)?.pathname.groups["tenant"] ?? "";
    if (!tenants.has(name)) return Response.json({ error: "no such tenant" }, { status: 404 });
    try {
      if (request.method === "GET") {
        return Response.json(await tenants.use(name, (db) => db.all(newest)));
      }
      if (request.method === "POST") {
        const text = await request.text();
        const note = await tenants.use(name, (db) => db.insert(notes, { text }));
        return Response.json(note, { status: 201 });
      }
      return Response.json({ error: "no such method" }, { status: 405 });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const status = error.code === "constraint" ? 422 : 503;
      return Response.json({ error: error.code, columns: error.columns }, { status });
    }
  };
}
