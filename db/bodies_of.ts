/** What a driver says of the bodies of blobs. */
export interface Bodies {
  /** The folder beside the database where they lie as files; undefined where they are in tables. */
  readonly place?: string;
  /** The most bytes that one may have; undefined where there is no such limit. */
  readonly maxBytes?: number;
}

const BODIES = new WeakMap<object, Bodies>();
const TABLES: Bodies = {};

/** Says where the bodies of blobs are to lie that belong to a session. */
export function registerBodies(session: object, bodies: Bodies): void {
  BODIES.set(session, bodies);
}

/** Where they are to lie: in tables, unless the driver has said otherwise. */
export function bodiesOf(session: object): Bodies {
  return BODIES.get(session) ?? TABLES;
}
