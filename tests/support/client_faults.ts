import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SqliteClient } from "../../drivers/sqlite.ts";
import type { Faults } from "./faults.ts";

/** A client of the shape of node:sqlite whose statements fail as `faults` says. */
export function faultyClient(client: DatabaseSync, faults: Faults): SqliteClient {
  const faulty = {
    exec: (text: string) => faults.call(() => client.exec(text)),
    prepare: (text: string) => faultyStatement(faults.call(() => client.prepare(text)), faults),
    close: () => client.close(),
  };
  return faulty;
}

type Method = (...params: unknown[]) => unknown;

function faultyStatement(statement: StatementSync, faults: Faults) {
  const methods = statement as unknown as Record<string, Method>; // the types lack what is newer
  const faulty = (name: string): Method => (...params) =>
    faults.call(() => methods[name]?.call(statement, ...params));
  return {
    ...{ all: faulty("all"), get: faulty("get"), run: faulty("run") },
    setReturnArrays: (on: boolean) => methods["setReturnArrays"]?.call(statement, on),
    setReadBigInts: (on: boolean) => statement.setReadBigInts(on),
  };
}
