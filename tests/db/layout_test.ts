import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { integer, type Migration, table, text } from "../../mod.ts";
import { assertDataError } from "../conformance/suite.ts";
import { FakeSetup, setupFor } from "./fake_setup.ts";

const a = table("a", { id: integer().primaryKey(), x: text(), y: text(["p", "q"]).optional() }, {
  indexes: ["x", { columns: ["y", "x"], unique: true }],
});
const b = table("b", { k: text(), n: integer() }, { primaryKey: ["k", "n"] });
const schema = { tables: [a, b], values: { theme: text().default("dark") } };

async function made(): Promise<FakeSetup> {
  const layout = new FakeSetup();
  await setupFor(schema).setup(layout);
  return layout;
}

Deno.test("setup() stores the layout of a new database as plain data", async () => {
  const { meta, changes } = await made();
  assertEquals(changes, ["createTable", "createTable"]);
  assertEquals(meta.get("layout"), {
    format: 1,
    version: 1,
    nextId: 9,
    tables: [
      {
        id: 1,
        name: "a",
        columns: [
          { id: 2, name: "id", type: "integer", nullable: false },
          { id: 3, name: "x", type: "text", nullable: false },
          { id: 4, name: "y", type: "text", nullable: true, values: ["p", "q"] },
        ],
        key: ["id"],
        compound: false,
        indexes: [{ columns: ["x"], unique: false }, { columns: ["y", "x"], unique: true }],
      },
      {
        id: 5,
        name: "b",
        columns: [
          { id: 6, name: "k", type: "text", nullable: false },
          { id: 7, name: "n", type: "integer", nullable: false },
        ],
        key: ["k", "n"],
        compound: true,
        indexes: [],
      },
    ],
    values: [{ id: 8, name: "theme", type: "text", nullable: false }],
  });
  assertMatch(String(meta.get("database")), /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  assertEquals(meta.get("epoch"), 1);
  assertMatch(String(meta.get("replica")), /^[0-9a-f]{16}$/);
  assertNotEquals((await made()).meta.get("replica"), meta.get("replica"));
});

Deno.test("ready() is true for what is stored as the schema has it, in any order", async () => {
  const { meta } = await made();
  const reordered = table("a", {
    y: text(["q", "p"]).optional(),
    x: text(),
    id: integer().primaryKey(),
  }, { indexes: [{ columns: ["y", "x"], unique: true }, "x"] });
  const ready = (tables: Parameters<typeof setupFor>[0]["tables"], version = 1) =>
    setupFor({ tables, version, values: schema.values }).ready(meta);
  assert(ready([a, b]));
  assert(ready([b, reordered]));
  assert(setupFor({ tables: [a, b] }).ready(meta));
  const others = [
    table("a", { id: integer().primaryKey(), x: text(), y: text(["p", "q"]) }, {
      indexes: ["x", { columns: ["y", "x"], unique: true }],
    }),
    table("a", { id: integer().primaryKey(), x: text(), y: text(["p"]).optional() }, {
      indexes: ["x", { columns: ["y", "x"], unique: true }],
    }),
    table("a", { id: integer().primaryKey(), x: text(), y: text(["p", "q"]).optional() }, {
      indexes: ["x", ["y", "x"]],
    }),
    table("a", { id: integer().primaryKey(), x: text(), y: text(["p", "q"]).optional() }, {
      indexes: ["x", { columns: ["x", "y"], unique: true }],
    }),
  ];
  for (const other of others) assert(!ready([other, b]));
  assert(!ready([a]));
  assert(!ready([a, b], 2));
  assert(!ready([a, table("b", { n: integer(), k: text() }, { primaryKey: ["n", "k"] })]));
  assert(!setupFor({ ...schema, values: { theme: integer() } }).ready(meta));
  assert(!setupFor({ ...schema, values: { more: integer() } }).ready(meta));
  assert(!setupFor(schema).ready(new Map()));
});

Deno.test("numbers stay when things are renamed, and never come again", async () => {
  const layout = await made();
  const a2 = table("z", { id: integer().primaryKey(), w: text().optional(), v: text() });
  const next = {
    tables: [a2, b],
    values: { theme: text().optional(), size: integer().default(1) },
    version: 2,
    migrations: {
      2: async (m: Migration) => {
        await m.renameTable("a", "z");
        await m.renameColumn("z", "x", "w");
        await m.dropColumn("z", "y");
        await m.addColumn("z", "v", text().default("v"));
        await m.dropTable("b");
        await m.addTable(b);
      },
    },
  };
  const setup = setupFor(next);
  await setup.setup(layout);
  const { tables, values } = setup.ids();
  assertEquals(tables.get("z"), {
    id: 1,
    columns: new Map([["id", 2], ["v", 9], ["w", 3]]),
  });
  assertEquals(tables.get("b"), { id: 10, columns: new Map([["k", 11], ["n", 12]]) });
  assertEquals(values, new Map([["theme", 8], ["size", 14]]));
  const again = setupFor(next);
  assert(again.ready(layout.meta));
  assertEquals(again.ids(), setup.ids());
});

Deno.test("setup() changes nothing when nothing differs, and keeps other keys", async () => {
  const layout = await made();
  layout.meta.set("later", { x: 1 });
  const before = new Map(layout.meta);
  layout.changes.length = 0;
  await setupFor(schema).setup(layout);
  assertEquals(layout.changes, []);
  assertEquals(layout.meta, before);
});

Deno.test("setup() tells damage and newer formats apart", async () => {
  const { meta } = await made();
  const layout = meta.get("layout") as Record<string, unknown>;
  const [first, second] = layout.tables as Record<string, unknown>[];
  const column = { id: 2, name: "id", type: "integer", nullable: false };
  const damaged: unknown[] = [
    "text",
    null,
    [],
    {},
    { ...layout, format: 0 },
    { ...layout, format: "1" },
    { ...layout, version: 0 },
    { ...layout, version: 1.5 },
    { ...layout, nextId: 5 },
    { ...layout, tables: {} },
    { ...layout, tables: [first, first] },
    { ...layout, tables: [{ ...first, id: 2 }] },
    { ...layout, tables: [{ ...first, name: 1 }] },
    { ...layout, tables: [{ ...first, key: [] }] },
    { ...layout, tables: [{ ...first, key: ["none"], compound: true }] },
    { ...layout, tables: [{ ...first, key: ["id", "x"] }] },
    { ...layout, tables: [{ ...first, compound: "no" }] },
    { ...layout, tables: [{ ...first, indexes: [{ columns: ["none"], unique: false }] }] },
    { ...layout, tables: [{ ...first, columns: [{ ...column, type: "int" }] }] },
    { ...layout, tables: [{ ...first, columns: [{ ...column, nullable: 0 }] }] },
    { ...layout, tables: [{ ...first, columns: [{ ...column, values: [1] }] }] },
    { ...layout, tables: [{ ...first, columns: [{ ...column, name: "a.b" }], key: ["a.b"] }] },
    { ...layout, tables: [{ ...second, name: "A" }, first] },
    { ...layout, values: [{ ...column, id: "1" }] },
    undefined,
  ];
  for (const [i, value] of damaged.entries()) {
    const broken = new FakeSetup();
    for (const [key, item] of meta) broken.meta.set(key, item);
    if (value === undefined) broken.meta.delete("layout");
    else broken.meta.set("layout", value);
    const before = new Map(broken.meta);
    const { setup, ready } = setupFor(schema);
    assert(!ready(broken.meta), `${i}`);
    await assertDataError(() => setup(broken), { code: "corrupt" });
    assertEquals([broken.changes, broken.meta], [[], before]);
  }
  const newer = new FakeSetup();
  newer.meta.set("layout", { format: 2 });
  await assertDataError(() => setupFor(schema).setup(newer), { code: "version" });
});

Deno.test("names of the prototype are names like others", async () => {
  const names = ["__proto__", "constructor", "toString"];
  const columns = Object.fromEntries(names.map((name) => [name, text().optional()]));
  const tables = names.map((name) => table(name, { id: integer().primaryKey(), ...columns }));
  const layout = new FakeSetup();
  await setupFor({ tables }).setup(layout);
  assert(setupFor({ tables }).ready(layout.meta));
  assertEquals(layout.tables().map(({ columns }) => columns.length), [4, 4, 4]);
});
