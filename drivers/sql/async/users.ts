import { dataError } from "../failure.ts";

/** Failures as errors for users. */
export async function users<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    throw dataError(error);
  }
}
