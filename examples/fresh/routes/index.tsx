import { page } from "fresh";
import { dehydrate } from "@strata/data/ssr";
import { database } from "../database.ts";
import NoteList from "../islands/note_list.tsx";
import { notes, open } from "../schema.ts";
import { define } from "../utils.ts";

export const handler = define.handlers({
  async GET() {
    const db = await database();
    // Rendering is synchronous, so the rows are there before.
    using live = db.live(open);
    await live.ready;
    return page({ rows: live.value, state: dehydrate({ notes: live }) });
  },
  async POST(ctx) {
    const title = (await ctx.req.formData()).get("title");
    if (typeof title === "string" && title !== "") {
      await (await database()).insert(notes, { title });
    }
    return ctx.redirect("/", 303);
  },
});

export default define.page<typeof handler>(({ data }) => (
  <main>
    <form method="post">
      <input name="title" placeholder="A note" />
    </form>
    <NoteList rows={data.rows} />
    <div dangerouslySetInnerHTML={{ __html: data.state }} />
  </main>
));
