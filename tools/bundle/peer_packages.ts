import config from "../../deno.json" with { type: "json" };
import { installPackages, type PackageFolder } from "./install_packages.ts";

/**
 * A folder whose `node_modules` holds `packages` in the versions of deno.json, with what they
 * need, so that a bundler finds it all as in an application.
 */
export function peerPackages(packages: readonly string[]): Promise<PackageFolder> {
  return installPackages(versionsOf(packages));
}

/** Versions of `packages` by name, as deno.json has them. */
export function versionsOf(packages: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config.imports)
      .filter(([name]) => packages.includes(name))
      .map(([name, specifier]) => [name, specifier.slice(specifier.lastIndexOf("@") + 1)]),
  );
}
