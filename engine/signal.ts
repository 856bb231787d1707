import { batch, computed, effect, type Signal, signal, untracked } from "@preact/signals-core";

export { batch, computed, effect, signal, untracked };
/** A signal that its owner sets. */
export type Writable<T> = Signal<T>;

/** The signal interface of @preact/signals-core. */
export interface ReadonlySignal<T> {
  /** The value; reading it in an effect or a computed signal subscribes to it. */
  readonly value: T;
  /** The value, without subscribing. */
  peek(): T;
  /** Calls the listener with the value now and after each change; gives what ends that. */
  subscribe(listener: (value: T) => void): () => void;
}
