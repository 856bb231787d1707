/** Who alone may make the next step of a storage that several share, and until when. */
export interface Turn {
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** No turn is longer, whatever a clock that was set says. */
const LONGEST_MS = 10_000;
/** How long who finds somebody else at work waits at most until it looks again. */
const PAUSE_MS = 20;

/** A turn that begins now. */
export function turnOf(owner: string, ms: number): Turn {
  return { owner, until: Date.now() + Math.min(ms, LONGEST_MS) };
}

/** Whether it is the turn of somebody else. */
export function isOthers(turn: Turn | undefined, owner: string): boolean {
  if (!turn || turn.owner === owner) return false;
  const leftMs = turn.until - Date.now();
  return leftMs > 0 && leftMs <= LONGEST_MS;
}

/** A name for who takes turns. */
export function turnName(): string {
  return Math.random().toString(36).slice(2);
}

/** Waits before the next look, a little longer each time and never as long as others do. */
export function pause(looks: number): Promise<void> {
  const ms = Math.min(looks, PAUSE_MS) * Math.random();
  return new Promise((resolve) => setTimeout(resolve, ms));
}
