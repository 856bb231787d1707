/** Stands in a text for a part that only a run can tell. */
export const HOLE = "\0";

/**
 * What a message expression can read, one text for each way that it can turn out.
 *
 * Sees through template strings, `+`, `a ? b : c`, `a ?? b`; anything else is a
 * {@linkcode HOLE}.
 */
export function messageTexts(node: Deno.lint.Node): string[] {
  switch (node.type) {
    case "Literal":
      return [String(node.value)];
    case "TemplateLiteral":
      return [node.quasis.map((part) => part.cooked).join(HOLE)];
    case "BinaryExpression":
      if (node.operator !== "+") return [HOLE];
      return messageTexts(node.left).flatMap((left) =>
        messageTexts(node.right).map((right) => left + right)
      );
    case "ConditionalExpression":
      return [...messageTexts(node.consequent), ...messageTexts(node.alternate)];
    case "LogicalExpression":
      return [...messageTexts(node.left), ...messageTexts(node.right)];
    default:
      return [HOLE];
  }
}
