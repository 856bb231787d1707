import type { Statement } from "./compile.ts";
import type { Cells } from "./decode.ts";

/**
 * Work that asks for statements and gets their rows as arrays; who runs it may wait for them or
 * not. An error of the engine is thrown into it, and a consistent state is up to the caller.
 */
export type Asking<T> = Generator<Statement, T, readonly Cells[]>;

/** Why a query could not be left to the engine; the engine's own error is the cause. */
export class Unpushable extends Error {}

/** Asks for a statement that the engine may refuse: for an overflow, or JSON that is no scalar. */
export function* asked(statement: Statement): Asking<readonly Cells[]> {
  try {
    return yield statement;
  } catch (cause) {
    throw new Unpushable("Cannot push a query as the engine takes it: it refused", { cause });
  }
}
