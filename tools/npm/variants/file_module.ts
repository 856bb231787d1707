// drivers/log/file_module.ts in the package: by its own name a bundler finds the file that its platform is to have.
import type { Driver } from "../../../db/driver.ts";

export async function fileModule(): Promise<{ fileDriver(path: string): Driver }> {
  return await import("@strata/data/drivers/file");
}
