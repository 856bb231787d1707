import { type Client, createClient } from "@libsql/client";
import { libsqlDriver } from "../../../drivers/libsql.ts";
import { testMigrations } from "../../db/migrations.ts";

testMigrations("libsql", () => {
  const directory = Deno.makeTempDirSync({ prefix: "strata_" });
  const clients: Client[] = [];
  return {
    driver() {
      const client = createClient({ url: `file:${directory}/data.db` });
      clients.push(client);
      return libsqlDriver(client);
    },
    [Symbol.dispose]() {
      for (const client of clients) client.close();
      Deno.removeSync(directory, { recursive: true });
    },
  };
});
