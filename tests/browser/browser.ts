/**
 * A browser for tests: `STRATA_CHROMIUM`, else one on the path.
 *
 * @module
 */
import { type BrowserContext, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
export const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--log-level=3",
];

/** Where the browser is. */
export function findChromium(): string {
  const given = Deno.env.get("STRATA_CHROMIUM");
  if (given) return given;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of NAMES) {
      try {
        const path = `${folder}/${name}`;
        if (Deno.statSync(path).isFile) return path;
      } catch {
        // Not there.
      }
    }
  }
  throw new Error(
    "Cannot test in a browser as there is to be a Chromium: install one " +
      "(apt-get install chromium) or name it in STRATA_CHROMIUM",
  );
}

/** A browser with a profile of its own, whose preferences are `preferences`. */
export async function openBrowser(
  preferences: object = {},
): Promise<BrowserContext & AsyncDisposable> {
  const profile = await Deno.makeTempDir();
  await Deno.mkdir(`${profile}/Default`);
  await Deno.writeTextFile(`${profile}/Default/Preferences`, JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    args: ARGS,
  });
  return Object.assign(context, {
    async [Symbol.asyncDispose]() {
      await context.close();
      await Deno.remove(profile, { recursive: true });
    },
  });
}
