import type * as crypto from "node:crypto";
import type * as fs from "node:fs";

interface BuiltIns {
  readonly "node:crypto": typeof crypto;
  readonly "node:fs": typeof fs;
}
interface Process {
  getBuiltinModule?(name: string): unknown;
}

/** A module of Deno, Node or Bun; undefined elsewhere. No bundle has it, since nothing imports it. */
export function builtIn<N extends keyof BuiltIns>(name: N): BuiltIns[N] | undefined {
  const { process } = globalThis as { readonly process?: Process }; // where there is one
  return process?.getBuiltinModule?.(name) as BuiltIns[N] | undefined; // the module of that name
}
