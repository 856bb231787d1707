import { toTree } from "../schema/codec.ts";
import type {
  AggregateSpec,
  Ast,
  Cond,
  Count,
  IncludeOn,
  Leaf,
  OnRefs,
  Operand,
  Step,
} from "./ast.ts";

type Tree = unknown;

function operandTree(operand: Operand): Tree {
  switch (operand.kind) {
    case "value":
      return toTree(operand.value);
    case "param":
      return paramTree(operand.name);
    case "column":
      return { $: ["column", operand.ref.path] };
  }
}
function paramTree(name: string): Tree {
  return { $: ["param", name] };
}

function leafTree(leaf: Leaf): Tree {
  const { op, ref: { path } } = leaf;
  switch (leaf.op) {
    case "between":
      return [op, path, operandTree(leaf.from), operandTree(leaf.to)];
    case "in":
    case "nin":
      return [op, path, "kind" in leaf.list ? operandTree(leaf.list) : leaf.list.map(operandTree)];
    case "like":
    case "startsWith":
    case "endsWith":
    case "contains":
      return [op, path, operandTree(leaf.operand), ...(leaf.fold ? [{ ignoreCase: true }] : [])];
    default:
      return [op, path, operandTree(leaf.operand)];
  }
}

function condTree(cond: Cond): Tree {
  switch (cond.op) {
    case "and":
    case "or":
      return { [cond.op]: cond.items.map(condTree) };
    case "not":
      return { not: condTree(cond.item) };
    case "exists":
      return {
        exists: {
          table: cond.table.name,
          on: onTree(cond.on),
          ...(cond.where ? { where: condTree(cond.where) } : {}),
        },
      };
    default:
      return leafTree(cond);
  }
}

function onTree(on: OnRefs): Tree {
  return on.map(({ column, ref }) => [column.name, ref.path]);
}

function aggregateTree({ fn, refs }: AggregateSpec): Tree {
  const paths = refs.map(({ path }) => path);
  return paths.length > 1 ? [fn, { product: paths }] : [fn, ...paths];
}

function stepTree(step: Step): Tree {
  switch (step.kind) {
    case "where":
      return { where: condTree(step.cond) };
    case "join": {
      const { as, table, on, left } = step;
      return { [left ? "leftJoin" : "join"]: { as, table: table.name, on: onTree(on) } };
    }
    case "include": {
      const { as, query } = step;
      const on = onNames(step.on);
      return { include: { as, query: toTreeQuery(query), on } };
    }
    case "group":
      return {
        groupBy: {
          paths: step.paths.map(({ path }) => path),
          aggregates: step.aggregates.map(([name, spec]) => [name, aggregateTree(spec)]),
        },
      };
  }
}

function countTree(n: Count): Tree {
  return typeof n === "number" ? n : paramTree(n.param);
}

/** A query as plain JSON data: a closed grammar, version 1, that `parseQuery` reads. */
export function toTreeQuery(ast: Ast): Readonly<Record<string, Tree>> {
  const { select, distinct, orderBy, after, offset, limit, params } = ast;
  const nested = select?.every(({ ref, to }) => ref.path === to.join("."));
  return {
    strata: 1,
    from: ast.table.name,
    steps: ast.steps.map(stepTree),
    ...(select &&
      { select: select.map(({ ref, to }) => nested ? ref.path : [to.join("."), ref.path]) }),
    ...(distinct && { distinct }),
    ...(orderBy.length > 0 &&
      { orderBy: orderBy.map(({ ref, desc }) => [ref.path, desc ? "desc" : "asc"]) }),
    ...(after &&
      { after: "param" in after ? paramTree(after.param) : { values: after.values.map(toTree) } }),
    ...(offset !== undefined && { offset: countTree(offset) }),
    ...(limit !== undefined && { limit: countTree(limit) }),
    ...(params.size > 0 && { with: [...params].map(([name, value]) => [name, toTree(value)]) }),
  };
}

/** Which names of an include's children equal which paths. */
function onNames(on: IncludeOn): Tree {
  return on.map(({ name, ref }) => [name, ref.path]);
}

/** A condition as text with its parts in an order of their own, so that equal ones are equal texts. */
function canonicalCond(cond: Cond): string {
  if ("items" in cond) {
    const inner = (item: Cond): Cond[] =>
      "items" in item && (item.op === cond.op || item.items.length === 1)
        ? item.items.flatMap(inner)
        : [item];
    const items = cond.items.flatMap(inner).map(canonicalCond).sort();
    return items.length === 1 ? items.join() : `${cond.op}(${items})`;
  }
  if (cond.op === "not") return `not(${canonicalCond(cond.item)})`;
  if ((cond.op === "in" || cond.op === "nin") && !("kind" in cond.list)) {
    const items = new Set(cond.list.map((item) => JSON.stringify(operandTree(item))));
    return JSON.stringify([cond.op, cond.ref.path, [...items].sort()]);
  }
  if (cond.op !== "exists") return JSON.stringify(leafTree(cond));
  const where = cond.where ? canonicalCond(cond.where) : "";
  return `exists(${JSON.stringify([cond.table.name, onTree(cond.on)])},${where})`;
}

/** One text for all queries that say the same in the same steps. */
export function canonical(ast: Ast): string {
  const tree = toTreeQuery(ast);
  const steps: Tree[] = [];
  let conds: Cond[] = [];
  for (const step of [...ast.steps, undefined]) {
    if (step?.kind === "where") conds.push(step.cond);
    else {
      if (conds.length > 0) steps.push({ where: canonicalCond({ op: "and", items: conds }) });
      conds = [];
      if (step) {
        steps.push(
          step.kind === "include"
            ? [step.as, onNames(step.on), canonical(step.query)]
            : stepTree(step),
        );
      }
    }
  }
  const params = [...ast.params].map(([name, value]) => JSON.stringify([name, toTree(value)]))
    .sort();
  return JSON.stringify({ ...tree, steps, with: params });
}
