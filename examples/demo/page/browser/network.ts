/**
 * @module
 */
import type { Explorer } from "../view/explorer.ts";

export function followNetwork({ online }: Explorer): void {
  const look = (): void => {
    online.value = navigator.onLine;
  };
  look();
  addEventListener("online", look);
  addEventListener("offline", look);
}

/** Has the page and its scripts kept, so that it opens without a network. */
export async function keepOffline(): Promise<void> {
  await navigator.serviceWorker?.register("/service_worker.js");
}
