import { HOLE, messageTexts } from "./message_texts.ts";
import { projectPath, topOf } from "./paths.ts";

/** Classes whose messages are worded, with the place of the message among the arguments. */
const MESSAGE_AT: ReadonlyMap<string, number> = new Map([
  ["Error", 0],
  ["TypeError", 0],
  ["RangeError", 0],
  ["SyntaxError", 0],
  ["DataError", 1],
]);

const CONTRACTION = new RegExp(
  [
    "\\b(?:are|ca|could|did|do|does|had|has|have|is|must|need|should|was|were|wo|would)n['’]t\\b",
    "\\b(?:he|here|it|let|she|that|there|what|who)['’]s\\b",
    "\\b(?:i|they|we|you)['’](?:d|ll|m|re|ve)\\b",
  ].join("|"),
  "i",
);

/**
 * That errors read `Cannot <verb> <what> as <rule>: <state>`: the beginning, no period, no
 * contraction. A message that is computed as a whole (a variable, a call) is left to whoever
 * computes it. In tests an error is data.
 */
export const errorWording: Deno.lint.Rule = {
  create(ctx) {
    if (topOf(projectPath(ctx.filename)) === "tests") return {};
    const check = (node: Deno.lint.NewExpression | Deno.lint.CallExpression): void => {
      if (node.callee.type !== "Identifier") return;
      const name = node.callee.name;
      const place = MESSAGE_AT.get(name);
      if (place === undefined) return;
      const message = node.arguments[place];
      const problem = message === undefined
        ? "it has no message"
        : messageTexts(message).map(problemOf).find((found) => found !== undefined);
      if (problem === undefined) return;
      ctx.report({
        node: message ?? node,
        message: `Cannot word this ${name} so as the house style has one form: ${problem}`,
        hint: "Cannot <verb> <what> as <rule>: <state>",
      });
    };
    return { NewExpression: check, CallExpression: check };
  },
};

function problemOf(text: string): string | undefined {
  if (text === HOLE) return undefined;
  if (!text.startsWith("Cannot ")) return 'it does not start with "Cannot "';
  if (text.trimEnd().endsWith(".")) return "it ends with a period";
  const contraction = CONTRACTION.exec(text)?.[0];
  return contraction === undefined ? undefined : `it has the contraction "${contraction}"`;
}
