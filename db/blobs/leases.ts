import type { BodyRow } from "./tables.ts";

/** How long others believe that an upload or a stream goes on without hearing of it. */
export const LEASE_MS = 60_000;
/** How often it is renewed. */
export const RENEW_MS = 20_000;

let name: string | undefined;

/** What this process, or this thread of it, calls itself; from the first use on, as Workers have no chance before. */
export function ownerHere(): string {
  return name ??= Array.from(
    crypto.getRandomValues(new Uint32Array(4)),
    (number) => number.toString(16).padStart(8, "0"),
  ).join("");
}

/** The uploads and streams that go on here. */
const RUNNING = new Map<string, WeakRef<object>>();

/** Notes that something goes on until `stop`, or until `token` is of no use to anyone. */
export function start(id: string, token: object): void {
  RUNNING.set(id, new WeakRef(token));
}
export function stop(id: string): void {
  RUNNING.delete(id);
}

/** Whether something goes on, here or, as far as its lease says, elsewhere. */
export function isAlive(id: string, owner: string | null, until: number, now: number): boolean {
  return owner === ownerHere() ? RUNNING.get(id)?.deref() !== undefined : until > now;
}

/** Whether a body is being uploaded. */
export function isUploading({ id, owner, lease }: BodyRow, now: number): boolean {
  return lease !== null && lease > 0 && isAlive(id, owner, lease, now);
}

/**
 * Who has content to read: a handle that nobody has read yet, or its streams that have not ended. What is not
 * reachable any more does not count, so nobody has to end it.
 */
export class Use {
  readonly #body: string;
  readonly #ref = new WeakRef(this);
  #streams = 0;

  constructor(body: string) {
    this.#body = body;
    this.#note();
    UNREACHABLE.register(this, { body, ref: this.#ref });
  }
  begin(): void {
    this.#streams++;
    this.#note();
  }
  end(): void {
    if (--this.#streams === 0) forget(this.#body, this.#ref);
  }
  /** Nobody is going to read. */
  release(): void {
    if (this.#streams === 0) forget(this.#body, this.#ref);
  }
  #note(): void {
    let refs = USES.get(this.#body);
    if (!refs) USES.set(this.#body, refs = new Set());
    refs.add(this.#ref);
  }
}
interface Noted {
  readonly body: string;
  readonly ref: WeakRef<Use>;
}
const USES = new Map<string, Set<WeakRef<Use>>>();
const UNREACHABLE = new FinalizationRegistry<Noted>(({ body, ref }) => forget(body, ref));

function forget(body: string, ref: WeakRef<Use>): void {
  const refs = USES.get(body);
  refs?.delete(ref);
  if (refs?.size === 0) USES.delete(body);
}

/** Whether somebody here reads a body, or is about to. */
export function isUsed(body: string): boolean {
  for (const ref of USES.get(body) ?? []) if (ref.deref()) return true;
  return false;
}
