import { codeLines } from "./lines.ts";

/** Lines of code, without comments and blank lines, at which a file is to be split. */
const MOST_CODE = 300;
/** Lines that no file passes, whatever they are. */
const MOST_LINES = 400;

/** That files stay short enough to be read as a whole. */
export const fileLength: Deno.lint.Rule = {
  create(ctx) {
    const { text } = ctx.sourceCode;
    return {
      Program() {
        const lines = text.trimEnd().split("\n").length;
        if (lines <= MOST_CODE) return;
        const code = codeLines(text, ctx.sourceCode.getAllComments());
        const state = lines > MOST_LINES
          ? `${lines} lines of at most ${MOST_LINES}`
          : code > MOST_CODE
          ? `${code} lines of code of at most ${MOST_CODE}`
          : undefined;
        if (state === undefined) return;
        ctx.report({
          range: [0, 1],
          message: `Cannot keep this file as one as it is too long to be read whole: ${state}`,
          hint: "Split it by concern",
        });
      },
    };
  },
};
