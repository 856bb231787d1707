import { assertEquals, assertNotEquals } from "@std/assert";
import {
  and,
  avg,
  between,
  bigint,
  boolean,
  bytes,
  column,
  contains,
  count,
  date,
  endsWith,
  exists,
  gt,
  gte,
  ilike,
  integer,
  json,
  like,
  lt,
  max,
  ne,
  noneOf,
  not,
  oneOf,
  or,
  query,
  real,
  startsWith,
  sum,
  table,
  text,
} from "../../../mod.ts";
import { queryValue } from "../../../query/query.ts";
import { compile, compileCount } from "../../../drivers/sql/compile.ts";
import { sqlite } from "../../../drivers/sql/sqlite.ts";
import { openSource } from "./source.ts";

const things = table("things", {
  id: text().primaryKey(),
  n: integer().optional(),
  r: real(),
  g: bigint(),
  on: boolean(),
  at: date().optional(),
  raw: bytes(),
  data: json<{ s?: string; n?: number; b?: boolean; list?: unknown[] }>(),
}, { indexes: ["n"] });

/** Values of one kind; every set must give the same texts. */
interface Values {
  readonly text: string;
  readonly number: number;
  readonly real: number;
  readonly big: bigint;
  readonly flag: boolean;
  readonly ms: number;
}

function builtFrom({ text, number, real, big, flag, ms }: Values) {
  const all = query(things);
  const when = new Date(ms);
  const raw = new TextEncoder().encode(text);
  return [
    all.where({ id: text, n: number, r: real, g: big, on: flag, at: when, raw }),
    all.where({ id: ne(text), n: ne(number), at: ne(when) }),
    all.where({ n: gt(number), r: lt(real), at: between(when, when), id: gte(text) }),
    all.where(not(or({ n: gt(number) }, { r: lt(real) }, { id: gte(text) }))),
    all.where({ id: like(`${text}%x_`) }),
    all.where({ id: like(`%${text}`) }),
    all.where({ id: startsWith(text) }).where({ id: endsWith(text) }),
    all.where({ id: contains(text) }),
    all.where(not({ id: contains(text) })),
    all.where({ id: ilike(`${text}%`) }),
    all.where({ n: oneOf([number, number + 1, number + 2]), id: noneOf([text, `${text}a`]) }),
    all.where({ id: oneOf(Array.from({ length: 900 }, (_, i) => `${text}${i}`)) }),
    all.where({ "data.s": text, "data.n": gt(number) }),
    all.where({ "data.b": flag, "data.s": startsWith(text), "data.list": contains(text) }),
    all.where({ "data.n": oneOf([number, number + 5]) }).where(not({ "data.s": oneOf([text]) })),
    all.where(exists(things, { id: "id" }, and({ n: number }, { id: text }))),
    all.join("other", things, { n: "n" }).where({ "other.n": gt(number), "n": column("other.n") }),
    all.where({ n: gt(number) }).groupBy(["on"], {
      c: count(),
      s: sum("n"),
      a: avg("r"),
      m: max("id"),
    })
      .where({ c: gt(number) }),
    all.select("id", "data.s"),
    all.orderBy("n", "desc").limit(number).offset(number + 1),
    all.orderBy("n").orderBy("data.s").limit(number).after({
      ...{ id: text, n: number, r: real, g: big, on: flag, at: when, raw },
      data: { s: text },
    }),
    all.orderBy("n", "desc").limit(number).after({
      ...{ id: text, n: number, r: real, g: big, on: flag, at: when, raw, data: {} },
    }),
  ];
}

function textsOf(values: Values): string[] {
  return builtFrom(values).flatMap((item) => {
    const { bound } = queryValue(item);
    return [compile(bound, sqlite).text, compileCount(bound, sqlite)?.text ?? ""];
  });
}

const FIRST = {
  ...{
    text: "zqmark",
    number: 73519,
    real: 8261.25,
    big: 92233720368n,
    flag: true,
    ms: 86_451_337,
  },
};
const SECOND = {
  ...{ text: "o'%\"_", number: 4, real: -1e300, big: -(2n ** 63n), flag: false, ms: -5 },
};

Deno.test("compile() puts no value into the text", () => {
  const marks = ["zqmark", "73519", "8261", "92233720368", "86451337"];
  for (const text of textsOf(FIRST)) {
    assertEquals(marks.filter((mark) => text.includes(mark)), [], text);
  }
});

Deno.test("compile() gives one text for queries of one shape", () => {
  const first = textsOf(FIRST);
  const second = textsOf(SECOND);
  for (const [i, text] of first.entries()) assertEquals(second[i], text);
});

Deno.test("compile() gives another text where an operand is null or a list has another form", () => {
  const text = (item: unknown) => compile(queryValue(item).bound, sqlite).text;
  const all = query(things);
  assertNotEquals(text(all.where({ n: 1 })), text(all.where({ n: null })));
  assertNotEquals(text(all.where({ n: ne(1) })), text(all.where({ n: ne(null) })));
  const list = (size: number) => all.where({ n: oneOf(Array.from({ length: size }, (_, i) => i)) });
  assertEquals(text(list(5)), text(list(8)));
  assertNotEquals(text(list(5)), text(list(9)));
  assertEquals(text(list(501)), text(list(5000)));
});

Deno.test("compile() binds a value where the engine and the rules have different types", () => {
  const params = (item: unknown) => [...compile(queryValue(item).bound, sqlite).params];
  const all = query(things);
  assertEquals(params(all.where({ on: true, at: new Date(7), g: 5n })), [1, 7, 5n]);
  assertEquals(params(all.where({ id: like("a*[?]%_\\%") })), ["a*[?]", "a*[?^", "a[*][[][?]]*?%"]);
  assertEquals(params(all.where({ r: oneOf([1, 2, 2, 3]) })), [1, 2, 3, 3]);
});

Deno.test("compile() narrows by no complement of what keeps too much", () => {
  const unlike = not(exists(things, { id: "id" }, { id: ilike("x"), n: 7 }));
  const { text, params, left } = compile(queryValue(query(things).where(unlike)).bound, sqlite);
  assertEquals([text.includes("EXISTS"), params, left.length], [false, [], 1]);
  const some = query(things).where(exists(things, { id: "id" }, { id: ilike("x"), n: 7 }));
  const found = compile(queryValue(some).bound, sqlite);
  assertEquals([found.text.includes("EXISTS"), found.params, found.left.length], [true, [7], 1]);
});

Deno.test("compile() gives a long list of any type as one parameter of JSON", () => {
  const lists: Readonly<Record<string, (i: number) => unknown>> = {
    ...{ n: (i) => i, r: (i) => i === 0 ? -Infinity : i / 4, g: (i) => BigInt(i) * 2n ** 53n },
    ...{ at: (i) => new Date(i), raw: (i) => Uint8Array.of(i % 256, i >> 8), id: (i) => `'${i}"` },
  };
  for (const [name, make] of Object.entries(lists)) {
    using source = openSource({ tables: [things] });
    const row = { id: "'600\"", n: 600, r: 150, g: 600n * 2n ** 53n, on: true, at: new Date(600) };
    source.insert(things, { ...row, raw: Uint8Array.of(600 % 256, 600 >> 8), data: { n: 600 } });
    for (const [size, found] of [[600, 0], [601, 1]] as const) {
      const list = oneOf(Array.from({ length: size }, (_, i) => make(i)));
      const some = query(things).where({ [name]: list } as never);
      assertEquals(compile(queryValue(some).bound, sqlite).params.length, 1);
      assertEquals([source.count(some), source.shadow.refused], [found, []], name);
    }
  }
});
