/** One run of a factory, and who waits for it. */
class Flight<T> {
  readonly controller = new AbortController();
  readonly value: Promise<T>;
  waiting = 0;
  /** Whether somebody waits who can't give up. */
  held = false;

  constructor(run: (signal: AbortSignal) => Promise<T>) {
    this.value = run(this.controller.signal);
    this.value.catch(() => {}); // who waits for it meets it
  }
}

/** The runs of factories that are under way, one for a key. */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /** Begins a run that nobody waits for, unless there is one. */
  begin(key: string, run: (signal: AbortSignal) => Promise<T>): void {
    this.#flight(key, run).held = true;
  }

  /** What the run for a key gives, which is begun if there is none. */
  join(
    key: string,
    run: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const flight = this.#flight(key, run);
    if (!signal) {
      flight.held = true;
      return flight.value;
    }
    flight.waiting++;
    return new Promise<T>((resolve, reject) => {
      const abort = () => {
        reject(signal.reason);
        if (--flight.waiting > 0 || flight.held) return;
        // Whoever comes later wants a value all the same, so there is another run then.
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
        flight.controller.abort(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
      flight.value.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    });
  }

  #flight(key: string, run: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const found = this.#flights.get(key);
    if (found) return found;
    const flight = new Flight(run);
    this.#flights.set(key, flight);
    const done = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.value.then(done, done);
    return flight;
  }
}
