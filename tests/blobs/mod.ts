import type { Register } from "../conformance/suite.ts";
import { collectingTests } from "./collecting.ts";
import { conditionTests } from "./conditions.ts";
import { modelTests } from "./model.ts";
import { readerTests } from "./readers.ts";
import { serveTests } from "./serve.ts";
import { type BlobSuite, type OpenEmpty, type Place, suiteOf } from "./subject.ts";
import { verbTests } from "./verbs.ts";

const PARTS: readonly ((suite: BlobSuite) => void)[] = [
  verbTests,
  conditionTests,
  readerTests,
  collectingTests,
  serveTests,
  modelTests,
];

/** What blobs keep, for every driver: what `open` gives is empty, and closed by each test. */
export function testBlobs(
  name: string,
  open: OpenEmpty,
  place: Place = {},
  register: Register = (title, fn) => Deno.test(title, fn),
): void {
  const suite = suiteOf(`${name}, blobs`, open, place, register);
  for (const part of PARTS) part(suite);
}
