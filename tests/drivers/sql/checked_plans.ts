import { assertEquals, assertStrictEquals } from "@std/assert";
import { integer, table } from "../../../mod.ts";
import { tableQuery } from "../../../query/query.ts";
import { toTreeQuery } from "../../../query/json.ts";
import type { Ast } from "../../../query/ast.ts";
import {
  compile,
  compileCount,
  type Compiled,
  type CompileOptions,
  type Plan,
  type Statement,
} from "../../../drivers/sql/compile.ts";
import { Plans } from "../../../drivers/sql/plans.ts";
import { sqlite } from "../../../drivers/sql/sqlite.ts";
import { another, varied, type Vary } from "./vary.ts";

/** Variations of a query, most of its shape and some of another. */
const VARIATIONS: readonly Vary[] = [
  (value) => value,
  another,
  (value) => another(another(value)),
  () => null,
  (value) => value ?? "a",
  (value) => typeof value === "string" ? `${value}%` : value === null ? 5 : another(value),
  (value) => typeof value === "string" ? "%\uFFFE" : typeof value === "number" ? 0 : null,
  (value) => typeof value === "number" ? value === 0 ? 1 : Infinity : true,
];

const TABLE = table("children", { id: integer().primaryKey() });
const NO_WINDOW = { after: undefined, offset: undefined, limit: undefined };

/** A query without values and window; the children of includes are queries of their own. */
function skeleton(ast: Ast, { extra = [], share }: CompileOptions): string {
  const bare = varied(ast, (value) => typeof value === "number" ? 0 : "");
  const steps = bare.steps.map((step) => {
    if (step.kind !== "include") return step;
    const on = step.on.map((item) => ({ ...item, name: "" }));
    return { ...step, on, query: tableQuery(TABLE).ast };
  });
  const paths = [extra, share].map((refs) => refs?.map(({ path }) => path));
  const tree = toTreeQuery({ ...bare, ...NO_WINDOW, steps, params: new Map() });
  return JSON.stringify(
    [tree, paths],
    (_, value) =>
      Array.isArray(value) && ["in", "nin"].includes(value[0] as string)
        ? value.slice(0, 2)
        : value,
  );
}

/**
 * Plans that compile each query anew too, and its variations, and compare: nothing of a query that
 * was asked for before may show in what is found.
 */
export class CheckedPlans extends Plans {
  readonly #skeletons = new Map<Plan, string>();
  constructor(readonly counts: { found: number; compiled: number }) {
    super(sqlite);
  }

  override rows(ast: Ast, options: CompileOptions = {}): Compiled {
    const { compiled } = this.counts;
    const given = this.#compare(ast, options);
    // All of them once a plan, since compiling anew takes its time.
    for (const vary of this.counts.compiled > compiled ? VARIATIONS : [another]) {
      this.#compare(varied(ast, vary), options);
    }
    return given;
  }

  override count(ast: Ast): Statement | undefined {
    const before = this.weight;
    const given = this.#compareCount(ast);
    for (const vary of this.weight > before ? VARIATIONS : [another]) {
      this.#compareCount(varied(ast, vary));
    }
    return given;
  }

  #compare(ast: Ast, options: CompileOptions): Compiled {
    const fresh = compile(ast, sqlite, options);
    const before = this.weight;
    const given = super.rows(ast, options);
    if (this.weight === before) this.counts.found++;
    else this.counts.compiled++;
    assertEquals([given.text, given.params], [fresh.text, fresh.params]);
    const plain = ({ plan: { text, pushable, direct, left, includes, envs, extra } }: Compiled) => //
    [text, pushable, direct, left, includes, envs.length, extra.length];
    assertEquals(plain(given), plain(fresh));
    assertEquals(given.left.length, fresh.left.length);
    given.left.forEach((cond, i) => assertStrictEquals(cond, fresh.left[i]));
    const known = this.#skeletons.get(given.plan) ?? skeleton(ast, options);
    assertEquals(skeleton(ast, options), known);
    this.#skeletons.set(given.plan, known);
    return given;
  }

  #compareCount(ast: Ast): Statement | undefined {
    const fresh = compileCount(ast, sqlite);
    const given = super.count(ast);
    assertEquals([given?.text, given?.params], [fresh?.text, fresh?.params]);
    return given;
  }
}
