/** @jsxImportSource preact */
/**
 * The server of the page: HTML, and the little that browsers ask for afterwards.
 *
 * @module
 */
import { Hono, type MiddlewareHandler } from "hono";
import type { Database } from "@strata/data";
import type { Scope } from "@strata/data/ssr";
import { honoData } from "@strata/data/ssr/hono";
import { readFilters } from "../filters.ts";
import { answerJson, firstAnswers } from "./answers.ts";
import type { Assets } from "./assets.ts";
import { documentOf } from "./document.tsx";
import { applyEdit } from "./edits.ts";
import { seedBatch } from "./seed_batch.ts";

type Env = { Variables: { data: Scope } };

/** The explorer over a database that has the cities and countries. */
export function explorerApp(db: Database, assets: Assets): Hono<Env> {
  const app = new Hono<Env>();
  app.use(headers, onlyJson, honoData());

  app.get("/", async (c) => {
    const filters = readFilters(new URL(c.req.url).searchParams);
    try {
      const first = await firstAnswers(db, filters);
      return c.html(documentOf({ filters, first }, assets));
    } catch (error) {
      // A cursor that somebody has made up.
      if (error instanceof SyntaxError) return c.redirect("/");
      throw error;
    }
  });

  app.post("/query", async (c) => {
    try {
      return c.json(await answerJson(db, await c.req.json()));
    } catch (error) {
      if (error instanceof SyntaxError) return c.text(error.message, 400);
      throw error;
    }
  });

  app.post("/edits", async (c) => c.body(null, await applyEdit(db, await c.req.json())));
  app.get("/seed", async (c) => c.json(await seedBatch(db, Number(c.req.query("after") ?? 0))));

  app.get("/:file", (c) => {
    const asset = assets.files.get(c.req.path);
    if (!asset) return c.notFound();
    return c.body(asset.text, 200, { "content-type": asset.type });
  });
  return app;
}

/** What another site's page can send without asking is no JSON, so it can't edit anything. */
const onlyJson: MiddlewareHandler = async (c, next): Promise<Response | void> => {
  const { method } = c.req;
  if (method !== "POST" || c.req.header("content-type") === "application/json") return await next();
  return c.text("Only JSON is taken", 415);
};

const headers: MiddlewareHandler = async (c, next) => {
  await next();
  c.header(
    "content-security-policy",
    "default-src 'self'; img-src 'self' blob: data:; base-uri 'none'; frame-ancestors 'none'",
  );
  c.header("x-content-type-options", "nosniff");
  c.header("cache-control", "no-cache");
  // A page by itself has a finer clock, and there is a lot to measure in microseconds.
  c.header("cross-origin-opener-policy", "same-origin");
  c.header("cross-origin-embedder-policy", "require-corp");
};
