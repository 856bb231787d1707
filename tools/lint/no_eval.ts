/** Names that make code of text when called. */
const MAKERS = new Set(["eval", "Function"]);
const GLOBALS = new Set(["globalThis", "window", "self"]);
const TIMERS = new Set(["setTimeout", "setInterval"]);

/**
 * That no code is made of text, which fails under a content security policy: `eval` by any
 * way, `Function` as a constructor or called, a timer given a string.
 */
export const noEval: Deno.lint.Rule = {
  create(ctx) {
    const report = (node: Deno.lint.Node, what: string): void =>
      ctx.report({
        node,
        message: `Cannot make code of text as content security policies forbid it: ${what}`,
      });
    const call = (node: Deno.lint.NewExpression | Deno.lint.CallExpression): void => {
      const name = globalName(node.callee);
      if (name === undefined) return;
      if (MAKERS.has(name)) report(node, name);
      else if (TIMERS.has(name) && isText(node.arguments[0])) report(node, `${name} of a string`);
    };
    return {
      NewExpression: call,
      CallExpression: call,
      // An indirect call, `(0, eval)("...")`, or an alias, `const run = eval`.
      Identifier(node) {
        if (node.name === "eval" && isAlias(node)) report(node, "eval");
      },
    };
  },
};

/** `name` of `name` or `globalThis.name`. */
function globalName(node: Deno.lint.Node): string | undefined {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" || node.object.type !== "Identifier") return undefined;
  if (!GLOBALS.has(node.object.name)) return undefined;
  if (node.property.type === "Identifier") return node.property.name;
  return node.property.type === "Literal" ? String(node.property.value) : undefined;
}

function isText(node: Deno.lint.Node | undefined): boolean {
  return node?.type === "TemplateLiteral" ||
    node?.type === "Literal" && typeof node.value === "string";
}

function isAlias(node: Deno.lint.Identifier): boolean {
  const { type } = node.parent;
  return type === "SequenceExpression" || type === "AssignmentExpression" ||
    type === "VariableDeclarator" && node.parent.init === node;
}
