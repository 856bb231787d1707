import { DataError } from "../../../schema/errors.ts";
import { dataError } from "../failure.ts";

/** So long a failure waits that the next call would meet, too: live queries ask again at once. */
const PAUSE_MS = 20;

/** Failures as errors for users. */
export async function users<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    const told = dataError(error);
    if (told instanceof DataError && told.code === "unavailable") {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw told;
  }
}
