/**
 * Prints the reports: `deno run -A examples/order_report/main.ts`.
 *
 * @module
 */
import { openDatabase } from "@strata/data";
import { memoryDriver } from "@strata/data/drivers/memory";
import { fill } from "./data.ts";
import { report } from "./report.ts";
import { schema } from "./schema.ts";

await using db = await openDatabase(schema, memoryDriver());
await fill(db);
console.log(await report(db));
