import type { Cond, Leaf, Ref } from "../../query/ast.ts";
import { columnOf, exprOf, presence, type Scope, typedOf } from "./expression.ts";
import { jsonLeaf } from "./json_leaf.ts";
import { plainLeaf } from "./plain_leaf.ts";
import { allOf, anyOf, decided, exactly, LEFT, type Pushed, type Writer } from "./pushed.ts";

/**
 * A condition in SQL, or its complement. NOT is pushed down to the leaves, so that what keeps too
 * much there keeps too much as a whole.
 */
export function condSql(cond: Cond, negated: boolean, scope: Scope, out: Writer): Pushed {
  switch (cond.op) {
    case "and":
    case "or": {
      const items = cond.items.map((item) => () => condSql(item, negated, scope, out));
      return (cond.op === "and") === negated ? anyOf(items, out) : allOf(items);
    }
    case "not":
      return condSql(cond.item, !negated, scope, out);
    case "exists":
      return existsSql(cond, negated, scope, out);
    default:
      return leafSql(cond, negated, scope, out);
  }
}

function existsSql(
  { table, on, where }: Extract<Cond, { op: "exists" }>,
  negated: boolean,
  scope: Scope,
  out: Writer,
): Pushed {
  const { dialect } = scope;
  const size = out.params.length;
  const slot = { alias: out.alias(table), table, nullable: false };
  const links = on.map(({ column, ref }) =>
    `${columnOf(dialect, slot, column.name)} = ${typedOf(dialect, exprOf(scope, ref), column.type)}`
  );
  const inner = allOf([
    ...links.map((sql) => () => exactly(sql)),
    ...(where ? [() => condSql(where, false, { dialect, slots: [slot] }, out)] : []),
  ]);
  if (negated && !inner.exact) {
    out.cut(size); // the complement of too much is too little
    return LEFT;
  }
  const sql = `${negated ? "NOT " : ""}EXISTS (SELECT 1 FROM ${dialect.quote(table.name)} AS ` +
    `${slot.alias} WHERE ${inner.sql} LIMIT 1)`; // without LIMIT, some SQLites make it a join that loses an OFFSET
  return { sql, exact: inner.exact };
}

function holdsJson(ref: Ref): boolean {
  return ref.type === "json";
}

function leafSql(leaf: Leaf, negated: boolean, scope: Scope, out: Writer): Pushed {
  if (leaf.op === "between") {
    const { ref, from, to } = leaf;
    const ends = [
      () => leafSql({ op: "gte", ref, operand: from }, negated, scope, out),
      () => leafSql({ op: "lte", ref, operand: to }, negated, scope, out),
    ];
    return negated ? anyOf(ends, out) : allOf(ends);
  }
  if (leaf.ref.type === "row") {
    // Nothing but null compares with a joined row.
    if (leaf.op !== "eq" && leaf.op !== "ne") return decided(false, negated);
    const missing = (leaf.op === "eq") !== negated;
    return exactly(`${presence(scope, leaf.ref)} IS ${missing ? "" : "NOT "}NULL`);
  }
  const expr = exprOf(scope, leaf.ref);
  const other = "operand" in leaf && leaf.operand.kind === "column" ? leaf.operand.ref : undefined;
  if (expr.kind === "plain" && !(other && holdsJson(other))) {
    return plainLeaf(leaf, expr, negated, scope, out);
  }
  return jsonLeaf(leaf, expr, negated, scope, out);
}
