/** How often others are looked for where tabs can't tell each other. */
const POLL_MS = 200;

/** Those of this page, which need not wait for a message. */
const here = new Set<TabChannel>();

/**
 * How the tabs that have one database open tell each other that something was written. A page that is
 * put away for later lets go of all, and is told when it is back.
 */
export class TabChannel {
  readonly #name: string;
  readonly #hide: () => void;
  readonly #hidden = (): void => {
    this.#hide();
    this.#channel?.close();
    this.#channel = undefined;
  };
  readonly #shown = (): void => {
    if (this.#channel) return;
    this.#open();
    this.missed();
  };
  #channel: BroadcastChannel | undefined;
  #moved = false;
  #told: (() => void) | undefined;
  #take: ((news: unknown) => boolean) | undefined;

  /** `hide` is called when the page is put away. */
  constructor(name: string, hide: () => void) {
    this.#name = name;
    this.#hide = hide;
    this.#open();
    here.add(this);
    globalThis.addEventListener?.("pagehide", this.#hidden);
    globalThis.addEventListener?.("pageshow", this.#shown);
  }
  #open(): void {
    if (typeof BroadcastChannel !== "function") return;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => {
      if (this.#moved || !this.#take?.(data)) this.missed();
    };
  }

  /** Whether somebody may have written since `seen` was called; always, where nobody can tell. */
  get moved(): boolean {
    return this.#moved || !this.#channel;
  }
  /** All that was written until now is about to be seen. */
  seen(): void {
    this.#moved = false;
  }
  /** It was not. */
  unseen(): void {
    this.#moved = true;
  }
  /** There may be something new. */
  missed(): void {
    this.#moved = true;
    this.#told?.();
  }
  /** Tells the others that something was written; `news` spares other tabs the look. */
  tell(news?: unknown): void {
    for (const other of here) {
      if (other !== this && other.#name === this.#name) other.missed();
    }
    try {
      this.#channel?.postMessage(news);
    } catch {
      // What was written is there all the same: others find it when they write.
    }
  }
  /**
   * Calls `told` when there may be something, unless `take` could take in what another tab has told; gives
   * what ends it.
   */
  listen(told: () => void, take?: (news: unknown) => boolean): () => void {
    this.#told = told;
    this.#take = take;
    const timer = this.#channel ? undefined : setInterval(told, POLL_MS);
    return () => {
      this.#told = this.#take = undefined;
      clearInterval(timer);
    };
  }
  close(): void {
    this.#told = this.#take = undefined;
    here.delete(this);
    this.#channel?.close();
    this.#channel = undefined;
    globalThis.removeEventListener?.("pagehide", this.#hidden);
    globalThis.removeEventListener?.("pageshow", this.#shown);
  }
}
