/** What `consumer/program.ts` gives everywhere, as JSON has it. */
export const PROGRAM: readonly unknown[] = [
  "0,2",
  "b,a",
  3,
  true,
  "made",
  "made",
  "Buy milk",
  "1970-01-01T00:00:00.000Z",
  0,
  true,
  {},
  "constraint",
  "unsupported",
  "conflict",
  "closed",
];

/** What `consumer/server.ts` prints, where `autoDriver` takes this driver. */
export function serverPrints(auto: "file" | "sqlite"): unknown {
  return {
    program: PROGRAM,
    file: 2,
    auto,
    answered: "/a,/b,gone",
    middleware: ["function", "function"],
  };
}
