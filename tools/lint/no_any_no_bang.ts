import { commentedLines, lineOf } from "./lines.ts";
import { isShipped, projectPath } from "./paths.ts";

/**
 * That shipped code does not step around the type checker: no `any`, no non-null `!`, and
 * each `as` but `as const` has a comment on its line or the line above that says why it holds.
 *
 * An `any` that has to be (a constraint that takes every table) is let through by the usual
 * `deno-lint-ignore no-explicit-any`.
 */
export const noAnyNoBang: Deno.lint.Rule = {
  create(ctx) {
    if (!isShipped(projectPath(ctx.filename))) return {};
    const text = ctx.sourceCode.text;
    const covers = (node: Deno.lint.Node, lines: ReadonlySet<number>, at: number): boolean =>
      [lineOf(text, node.range[0]), lineOf(text, at)]
        .some((line) => lines.has(line) || lines.has(line - 1));
    const { reasons, anyIgnored } = commentedLines(text, ctx.sourceCode.getAllComments());
    const assertion = (
      node: Deno.lint.TSAsExpression | Deno.lint.TSTypeAssertion,
    ): void => {
      if (isConst(node.typeAnnotation) || node.parent.type === "TSAsExpression") return;
      if (covers(node, reasons, node.typeAnnotation.range[0])) return;
      ctx.report({
        node,
        message: "Cannot assert a type as the checker is to be right: no comment says why it holds",
        hint: "Say why on the same line or the line above, or narrow the type by a test",
      });
    };
    return {
      TSAsExpression: assertion,
      TSTypeAssertion: assertion,
      TSAnyKeyword(node) {
        if (covers(node, anyIgnored, node.range[0])) return;
        ctx.report({
          node,
          message: "Cannot use any as it turns the checker off: use unknown, or a type parameter",
        });
      },
      TSNonNullExpression(node) {
        ctx.report({
          node,
          message: 'Cannot use "!" as the value may be missing: test for it, or restructure',
        });
      },
    };
  },
};

function isConst(node: Deno.lint.TypeNode): boolean {
  return node.type === "TSTypeReference" && node.typeName.type === "Identifier" &&
    node.typeName.name === "const";
}
