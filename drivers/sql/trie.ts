/** A place in a {@linkcode Trie}. */
export class TrieNode<K, V> {
  /** What is kept at this place. */
  value: V | undefined;
  #lastKey: K | undefined;
  #last: TrieNode<K, V> | undefined;
  #more: Map<K, TrieNode<K, V>> | undefined;

  /** The place that a key leads to; `made` is told when it is a new one. */
  to(key: K, made: Weighed): TrieNode<K, V> {
    // Most places have one way on, or take the same one again.
    if (this.#last !== undefined && this.#lastKey === key) return this.#last;
    let next = this.#more?.get(key);
    if (!next) {
      next = new TrieNode();
      made.weight++;
      if (this.#last) {
        // A map from the second way on.
        const more = this.#more ??= new Map<K, TrieNode<K, V>>().set(this.#key(), this.#last);
        more.set(key, next);
      }
    }
    this.#lastKey = key;
    return this.#last = next;
  }

  #key(): K {
    // Where there is a last place there is its key.
    return this.#lastKey as K;
  }
}

/** What grows with a trie. */
export interface Weighed {
  weight: number;
}

/** How many nodes a value counts for. */
const VALUE_WEIGHT = 20;

/**
 * Values by sequences of keys. All are dropped once they weigh more than `most`: what is asked
 * for is soon there again, and nothing has to be noted when a value is used.
 */
export class Trie<K, V> implements Weighed {
  #root = new TrieNode<K, V>();
  /** How much is kept: one for each place, more for each value. */
  weight = 0;

  constructor(readonly most: number) {}

  /** The place of the empty sequence. */
  get root(): TrieNode<K, V> {
    if (this.weight > this.most) {
      this.#root = new TrieNode();
      this.weight = 0;
    }
    return this.#root;
  }

  /** Puts a value at a place. */
  put(node: TrieNode<K, V>, value: V): void {
    if (node.value === undefined) this.weight += VALUE_WEIGHT;
    node.value = value;
  }
}
