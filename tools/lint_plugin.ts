/**
 * The house rules that a program can check, as a plugin of `deno lint`.
 *
 * @module
 */
import { errorWording } from "./lint/error_wording.ts";
import { fileLength } from "./lint/file_length.ts";
import { layers } from "./lint/layers.ts";
import { noAnyNoBang } from "./lint/no_any_no_bang.ts";
import { noEval } from "./lint/no_eval.ts";
import { packages } from "./lint/packages.ts";

const plugin: Deno.lint.Plugin = {
  name: "strata",
  rules: {
    "error-wording": errorWording,
    "file-length": fileLength,
    "layers": layers,
    "no-any-no-bang": noAnyNoBang,
    "no-eval": noEval,
    "packages": packages,
  },
};
export default plugin;
