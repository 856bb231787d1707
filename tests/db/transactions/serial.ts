import type { DatabaseSuite } from "../subject.ts";
import { itemsSchema } from "../serial/program.ts";
import { checkSerial } from "../serial/serial.ts";

export function serialTests({ test, open }: DatabaseSuite): void {
  test("random transactions at once see and leave what they would one after the other", async () => {
    await using db = await open(itemsSchema);
    await checkSerial("serial", [db]);
  });
}
