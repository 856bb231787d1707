import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { ARGS, findChromium } from "./browser.ts";

/** A browser of its own process on a profile, which is ended as `kill -9` does. */
export interface KillableBrowser {
  readonly context: BrowserContext;
  kill(): Promise<void>;
}

/** Starts a browser that keeps what it stores in the folder `profile`. */
export async function startBrowser(profile: string): Promise<KillableBrowser> {
  const child = new Deno.Command(findChromium(), {
    args: [
      ...ARGS,
      "--headless=new",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    ...{ stdin: "null", stdout: "null", stderr: "piped" },
  }).spawn();
  const browser = await chromium.connectOverCDP(await endpoint(child.stderr));
  const context = browser.contexts()[0];
  if (!context) throw new Error("The browser has no context");
  return { context, kill: () => kill(child, browser) };
}

async function kill(child: Deno.ChildProcess, browser: Browser): Promise<void> {
  child.kill("SIGKILL");
  await child.status;
  await browser.close().catch(() => {}); // it is gone
}

/** Where a browser listens, as it tells; what it tells after that is thrown away. */
async function endpoint(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const read = async () => {
    let text = "";
    for await (const part of stream.pipeThrough(new TextDecoderStream())) {
      text += part;
      const [, url] = /listening on (ws:\S+)/.exec(text) ?? [];
      if (url) resolve(url);
    }
    reject(new Error(`The browser did not start: ${text}`));
  };
  read().catch(reject);
  return await promise;
}
