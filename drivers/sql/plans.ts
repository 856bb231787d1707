import type { Ast } from "../../query/ast.ts";
import {
  compile,
  compileCount,
  type Compiled,
  type CompileOptions,
  leftOf,
  type Plan,
  type Statement,
} from "./compile.ts";
import type { Dialect } from "./dialect.ts";
import type { Param } from "./pushed.ts";
import { ShapeWalk, type Token } from "./shape_walk.ts";
import { Trie } from "./trie.ts";

/** How a parameter is made of the values of a query. */
interface Bind {
  readonly at: number;
  readonly of: (value: unknown) => unknown;
}

/** What is kept of a shape, with its parameters in order. */
interface Entry<P> {
  readonly plan: P;
  readonly binds: readonly Bind[];
}

/** What is kept weighs at most about so much by default: a thousand plans. */
const MOST_WEIGHT = 30_000;
const NONE: readonly never[] = [];
const WHOLE: CompileOptions = {};

/**
 * Compiled queries by their shape, for one open database: a query that is built anew each time is
 * looked up instead of compiled.
 *
 * What is found has the text and the readers of the query that was compiled first; its parameters
 * and what is left to memory are always those of the query that is asked for.
 */
export class Plans {
  readonly #rows: Trie<Token, Entry<Plan>>;
  /** Counts by their text; undefined where some condition is left. */
  readonly #counts: Trie<Token, Entry<string | undefined>>;

  constructor(readonly dialect: Dialect, { most = MOST_WEIGHT }: { readonly most?: number } = {}) {
    this.#rows = new Trie(most / 2);
    this.#counts = new Trie(most / 2);
  }

  /** How much is kept; see {@linkcode Trie}. */
  get weight(): number {
    return this.#rows.weight + this.#counts.weight;
  }

  /** A query as {@linkcode compile} gives it. */
  rows(ast: Ast, options: CompileOptions = WHOLE): Compiled {
    const trie = this.#rows;
    const { node, values } = this.#walk(trie, ast, options, false);
    const entry = node?.value;
    if (entry) {
      const { plan, binds } = entry;
      const params = paramsOf(binds, values);
      return {
        text: plan.text,
        params,
        plan,
        left: plan.left.length > 0 ? leftOf(ast, plan.left) : NONE,
      };
    }
    const { text, params, plan, left, sources } = compile(ast, this.dialect, options);
    this.#keep(trie, ast, options, plan, sources);
    return { text, params, plan, left };
  }

  /** A count as {@linkcode compileCount} gives it. */
  count(ast: Ast): Statement | undefined {
    const trie = this.#counts;
    const { node, values } = this.#walk(trie, ast, WHOLE, false);
    const entry = node?.value;
    if (entry) {
      const { plan, binds } = entry;
      return plan === undefined ? undefined : { text: plan, params: paramsOf(binds, values) };
    }
    const counted = compileCount(ast, this.dialect);
    this.#keep(trie, ast, WHOLE, counted?.text, counted?.sources ?? NONE);
    return counted && { text: counted.text, params: counted.params };
  }

  #walk<V>(trie: Trie<Token, V>, ast: Ast, options: CompileOptions, traced: boolean): ShapeWalk<V> {
    const walk = new ShapeWalk<V>(this.dialect, trie.root, trie, traced);
    walk.query(ast, options);
    return walk;
  }

  /** Walks once more to learn where parameters come from. */
  #keep<P>(
    trie: Trie<Token, Entry<P>>,
    ast: Ast,
    options: CompileOptions,
    plan: P,
    params: readonly Param[],
  ): void {
    const { node, sources } = this.#walk(trie, ast, options, true);
    const binds = params.flatMap(({ source, of }): Bind[] => {
      const at = sources?.get(source);
      return at === undefined ? [] : [{ at, of }];
    });
    // What has another source depends on more than the walk has seen.
    if (node && binds.length === params.length) trie.put(node, { plan, binds });
  }
}

function paramsOf(binds: readonly Bind[], values: readonly unknown[]): unknown[] {
  const params: unknown[] = [];
  for (const { at, of } of binds) params.push(of(values[at]));
  return params;
}
