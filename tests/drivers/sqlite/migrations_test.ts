import { DatabaseSync } from "node:sqlite";
import { sqliteDriver } from "../../../drivers/sqlite.ts";
import { testMigrations } from "../../db/migrations.ts";

testMigrations("sqlite", () => {
  const directory = Deno.makeTempDirSync();
  const clients: DatabaseSync[] = [];
  return {
    driver() {
      const client = new DatabaseSync(`${directory}/data.db`);
      clients.push(client);
      return sqliteDriver(client);
    },
    [Symbol.dispose]() {
      for (const client of clients) client.close();
      Deno.removeSync(directory, { recursive: true });
    },
  };
});
