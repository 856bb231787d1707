/** How many of each the measured program has. */
const TABLES = 50;
const QUERIES = 200;

/**
 * A program of 50 tables of 20 columns that imports the package from `module` and asks 200
 * questions: queries of eight shapes, or as many reads of a row by its key.
 */
export function generate(module: string, ask: "query" | "get"): string {
  const numbers = Array.from({ length: TABLES }, (_, i) => i);
  const questions = Array.from({ length: QUERIES }, (_, i) => {
    const table = i % TABLES;
    // Every table meets half of the shapes, every shape half of the tables.
    const shape = SHAPES[(table + Math.floor(i / TABLES) * 2) % SHAPES.length];
    const question = ask === "query" && shape
      ? `store.all(query(t${table})${shape(table, (table + 1) % TABLES)})`
      : `store.get(t${table}, "k")`;
    return `export const a${i} = ${question};\n`;
  });
  return [
    `import { ${NAMES} } from ${JSON.stringify(module)};\n`,
    ...numbers.map(table),
    `const store = createStore({ tables: [${numbers.map((i) => `t${i}`).join(", ")}] });\n`,
    ...questions,
  ].join("");
}

const NAMES = "and, avg, bigint, boolean, bytes, contains, count, createStore, date, exists, gt, " +
  "gte, integer, json, lt, max, or, query, real, startsWith, sum, table, text";

/** Names of columns differ from table to table, so that no two types are the same. */
function table(i: number): string {
  return `const t${i} = table("t${i}", {
  id: text().primaryKey(),
  parent${i}: text().optional(),
  title${i}: text(),
  note${i}: text().optional(),
  lang${i}: text().default("en"),
  code${i}: text().unique(),
  state${i}: text(["open", "closed"]).default("open"),
  rank${i}: integer().default(0),
  count${i}: integer(),
  size${i}: integer().optional(),
  price${i}: real(),
  score${i}: real().optional(),
  done${i}: boolean().default(false),
  hidden${i}: boolean().optional(),
  due${i}: date().optional(),
  created${i}: date(),
  updated${i}: date().optional(),
  meta${i}: json<{ tags: string[]; place: { city: string } }>().optional(),
  body${i}: bytes().optional(),
  serial${i}: bigint().default(0n),
}, { indexes: ["due${i}", ["done${i}", "rank${i}"]] });
`;
}

/** What follows `query(t)` for the table `i`, with `o` as the other table where there is one. */
const SHAPES: readonly ((i: number, o: number) => string)[] = [
  (i) =>
    `.where({ done${i}: false, rank${i}: gte(2) }).orderBy("due${i}").orderBy("rank${i}", "desc").limit(20)`,
  (i) =>
    `.where(or({ due${i}: lt(new Date()) }, { due${i}: null })).where({ "meta${i}.place.city": startsWith("B"), "meta${i}.tags": contains("x") })`,
  (i, o) =>
    `.join("up", t${o}, { id: "parent${i}" }).where({ "up.state${o}": "open" }).orderBy("up.title${o}").limit(10)`,
  (i) =>
    `.groupBy(["state${i}"], { n: count(), total: sum("rank${i}"), last: max("due${i}") }).orderBy("n", "desc")`,
  (i, o) =>
    `.leftJoin("up", t${o}, { id: "parent${i}" }).where({ up: null }).select("id", "title${i}")`,
  (_, o) =>
    `.include("below", query(t${o}).where({ done${o}: false }).limit(3), { parent${o}: "id" })`,
  (i, o) =>
    `.where(and({ hidden${i}: null }, exists(t${o}, { parent${o}: "id" }, { state${o}: "open" }))).select({ a: "title${i}", b: "due${i}" }).distinct()`,
  (i, o) =>
    `.join("up", t${o}, { id: "parent${i}" }).groupBy(["up.state${o}", "done${i}"], { n: count(), mean: avg("rank${i}") }).where({ n: gt(3) })`,
];
