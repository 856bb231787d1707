import type { TableDef } from "../../schema/table.ts";
import type { Ast, Cond, Leaf, OnRefs, Operand, Ref, Step } from "../../query/ast.ts";
import { windowOf } from "../../engine/window.ts";
import type { CompileOptions } from "./compile.ts";
import type { Dialect } from "./dialect.ts";
import { listForm, valuesOf } from "./list.ts";
import { AFTER, WINDOW } from "./pushed.ts";
import { textMatch } from "./text_match.ts";
import type { TrieNode, Weighed } from "./trie.ts";
import { kindOfValue } from "./value_kind.ts";

/** A part of a shape: a number of ours, a path or name, or a table. */
export type Token = number | string | TableDef;

/** Longer shapes have no place. */
const MOST_TOKENS = 2_000;
const NONE: readonly never[] = [];
/** All kinds of values are below. */
const MOST_KIND = 8;
/** Ends a list. No value's kind or form stands where a list may end. */
const END = -1;
/** Stands for an operand that is a path. */
const PATH = -2;
const AND = -3;
const OR = -4;
const NOT = -5;
const EXISTS = -6;
const WHERE = -7;
const JOIN = -8;
const LEFT_JOIN = -9;
const INCLUDE = -10;
const GROUP = -11;

/**
 * One walk over a query whose params are filled in: the way through a trie that its shape leads,
 * and the values that parameters are made of.
 *
 * The shape is all that a statement's text, its reading and what is left depend on: everything
 * but values, and of a value its kind, of text what it is as a pattern, of a list how many marks
 * it has. A path says which column it is, since the tables, joins and groups that it leads into
 * come ahead of it; so no two shapes have the same tokens.
 */
export class ShapeWalk<V> {
  /** The values by the places of their sources. */
  readonly values: unknown[] = [];
  /** The places of the sources, if they were asked for. */
  readonly sources: Map<object, number> | undefined;
  /** Where the shape leads; undefined when it has no place. */
  node: TrieNode<Token, V> | undefined;
  readonly #made: Weighed;
  readonly #dialect: Dialect;
  #tokens = 0;

  constructor(dialect: Dialect, root: TrieNode<Token, V>, made: Weighed, traced: boolean) {
    this.#dialect = dialect;
    this.#made = made;
    this.node = root;
    this.sources = traced ? new Map() : undefined;
  }

  #step(token: Token): void {
    if (!this.node) return;
    this.node = ++this.#tokens > MOST_TOKENS ? undefined : this.node.to(token, this.#made);
  }

  #note(source: object, value: unknown): void {
    // A source in two places might be two in another query.
    if (this.sources?.has(source)) this.node = undefined;
    this.sources?.set(source, this.values.length);
    this.values.push(value);
  }

  #kind(value: unknown): void {
    const kind = kindOfValue(value);
    const told = this.#dialect.tellsNumbers && typeof value === "number";
    this.#step(told && !Number.isSafeInteger(value) ? MOST_KIND + kind : kind);
  }

  #refs(refs: readonly Ref[]): void {
    for (const { path } of refs) this.#step(path);
    this.#step(END);
  }

  /** Goes all the way. */
  query(ast: Ast, { extra = NONE, share }: CompileOptions): void {
    const { select } = ast;
    const window = windowOf(ast);
    const { after } = window;
    this.#note(WINDOW, window);
    this.#note(AFTER, after);
    this.#step(ast.table);
    this.#step(
      (ast.distinct ? 1 : 0) + (select ? 2 : 0) + (window.limit < Infinity ? 4 : 0) +
        (window.offset > 0 ? 8 : 0) + (after ? 16 : 0) + (share ? 32 : 0),
    );
    for (const step of ast.steps) this.#stepOf(step);
    this.#step(END);
    if (select) {
      for (const { ref, to } of select) {
        this.#step(ref.path);
        for (const name of to) this.#step(name);
        this.#step(END);
      }
      this.#step(END);
    }
    for (const { ref, desc } of ast.orderBy) {
      this.#step(ref.path);
      this.#step(desc ? 1 : 0);
    }
    this.#step(END);
    if (after) { for (const value of after) this.#kind(value); }
    this.#refs(extra);
    if (share) this.#refs(share);
  }

  #stepOf(step: Step): void {
    switch (step.kind) {
      case "where":
        this.#step(WHERE);
        return this.#cond(step.cond);
      case "join":
        this.#step(step.left ? LEFT_JOIN : JOIN);
        this.#step(step.as);
        this.#step(step.table);
        return this.#on(step.on);
      case "include":
        // The children are a query of their own.
        this.#step(INCLUDE);
        this.#step(step.as);
        for (const { ref } of step.on) this.#step(ref.path);
        return this.#step(END);
      case "group":
        this.#step(GROUP);
        this.#refs(step.paths);
        for (const [name, { fn, refs }] of step.aggregates) {
          this.#step(name);
          this.#step(fn);
          this.#refs(refs);
        }
        return this.#step(END);
    }
  }

  #on(on: OnRefs): void {
    for (const { column, ref } of on) {
      this.#step(column.name);
      this.#step(ref.path);
    }
    this.#step(END);
  }

  #cond(cond: Cond): void {
    switch (cond.op) {
      case "and":
      case "or":
        this.#step(cond.op === "and" ? AND : OR);
        for (const item of cond.items) this.#cond(item);
        return this.#step(END);
      case "not":
        this.#step(NOT);
        return this.#cond(cond.item);
      case "exists":
        this.#step(EXISTS);
        this.#step(cond.table);
        this.#on(cond.on);
        if (cond.where) this.#cond(cond.where);
        return this.#step(END);
      default:
        return this.#leaf(cond);
    }
  }

  #leaf(leaf: Leaf): void {
    this.#step(leaf.ref.path);
    this.#step(leaf.op);
    switch (leaf.op) {
      case "between":
        this.#operand(leaf.from);
        return this.#operand(leaf.to);
      case "in":
      case "nin": {
        const values = valuesOf(leaf.list);
        this.#step(listForm(values));
        return this.#note(leaf.list, values);
      }
      case "like":
      case "startsWith":
      case "endsWith":
      case "contains": {
        const { operand, fold } = leaf;
        if (operand.kind !== "value") {
          this.#operand(operand);
          return this.#step(fold ? 1 : 0);
        }
        const match = textMatch(leaf, operand.value, this.#dialect);
        this.#step(match.form);
        return this.#note(operand, match);
      }
      default:
        return this.#operand(leaf.operand);
    }
  }

  #operand(operand: Operand): void {
    if (operand.kind === "value") {
      this.#kind(operand.value);
      this.#note(operand, operand.value);
    } else if (operand.kind === "column") {
      this.#step(PATH);
      this.#step(operand.ref.path);
    } else this.node = undefined; // to be filled in first
  }
}
