import type { AsyncLog, CommitEntry } from "./async/engine.ts";
import type { Statement } from "./compile.ts";
import { KEPT, STEP } from "./log.ts";

const plain = (text: string): Statement => ({ text, params: [] });

/** A statement that wants to be the only one that writes, when it begins a transaction that commits. */
export interface LockingStatement extends Statement {
  /** What has to be run before it, ahead of anything that fixes the state that is seen. */
  readonly lock: string;
}

/** The setting by which our own transactions are known to the triggers. */
export const OWN = "SET LOCAL strata.own = 'on'";
/**
 * The one row with the number of the last commit is locked by its table: unlike a lock of the row, that of the
 * table can be had before the transaction sees anything, so that it sees the last state.
 */
const LOCK = "LOCK TABLE strata_seq IN EXCLUSIVE MODE";
/** Taken by whoever makes or changes tables, since the others may not be there yet. */
export const LOCK_LAYOUT = "SELECT pg_advisory_xact_lock(hashtext('strata'), " +
  "hashtext(current_schema())); DO $strata$ BEGIN IF to_regclass('strata_seq') IS NOT NULL THEN " +
  `${LOCK}; END IF; END $strata$`;

/** What strangers have changed, as a number that only grows. */
const STRANGERS = "(SELECT coalesce(sum(n), 0)::bigint FROM strata_strangers)";

/** The channel by which those who have a database open hear of commits. */
export const CHANNEL = "'strata_' || 'strata_seq'::regclass::oid";

/** What a trigger does after a statement that is not ours: the writer may have no right to our tables. */
const TOUCHED = `CREATE OR REPLACE FUNCTION strata_touched() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $strata$ BEGIN
  INSERT INTO strata_strangers VALUES (pg_current_xact_id(), 1) ON CONFLICT DO NOTHING;
  PERFORM pg_notify(${CHANNEL}, '');
  RETURN NULL;
END $strata$`;

/** What Strata keeps in a database beside the tables of its user. */
const OWN_TABLES = [
  'CREATE TABLE IF NOT EXISTS strata_meta (key text COLLATE "C" PRIMARY KEY, value text NOT NULL)',
  // `tables` is a list of names as JSON. `strangers` is 1 where the writer found, at its own commit or
  // before it, changes that no row of this table explains.
  "CREATE TABLE IF NOT EXISTS strata_commits (seq bigint PRIMARY KEY, id text NOT NULL, " +
  "time bigint NOT NULL, origin text, kind text NOT NULL, tables text NOT NULL, " +
  "strangers smallint NOT NULL)",
  "CREATE INDEX IF NOT EXISTS strata_commits_id ON strata_commits (id)",
  "CREATE TABLE IF NOT EXISTS strata_seq (one boolean PRIMARY KEY DEFAULT TRUE CHECK (one), " +
  "seq bigint NOT NULL) WITH (fillfactor = 10)",
  "INSERT INTO strata_seq (seq) VALUES (0) ON CONFLICT DO NOTHING",
  // The transactions of strangers; those that are long over are added up in one row.
  "CREATE TABLE IF NOT EXISTS strata_strangers (xid xid8 PRIMARY KEY, n bigint NOT NULL)",
  TOUCHED,
];

function add({ seq, id, time, origin, kind, tables, strangers }: CommitEntry): Statement[] {
  const params = [seq, id, time, origin ?? null, kind, JSON.stringify(tables), strangers ? 1 : 0];
  const statements = [{
    text:
      "WITH c AS (INSERT INTO strata_commits VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id), " +
      "s AS (UPDATE strata_seq SET seq = $1::bigint WHERE seq < $1::bigint) " +
      `SELECT pg_notify(${CHANNEL}, id) FROM c`,
    params,
  }];
  if (seq % STEP !== 0) return statements;
  const rest = plain(
    "WITH d AS (DELETE FROM strata_strangers WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) " +
      "RETURNING n) INSERT INTO strata_strangers SELECT pg_current_xact_id(), sum(n) FROM d " +
      "HAVING sum(n) > 0",
  );
  const old = { text: "DELETE FROM strata_commits WHERE seq <= $1", params: [seq - KEPT] };
  return seq > KEPT ? [...statements, rest, old] : [...statements, rest];
}

const HEAD = `SELECT seq, 0, ${STRANGERS} FROM strata_seq`;
const HEAD_LOCKED: LockingStatement = { ...plain(HEAD), lock: LOCK };

/** `strata_meta`, `strata_commits` and the number of the last commit in PostgreSQL. */
export const postgresLog: AsyncLog = {
  create: OWN_TABLES.map(plain),
  exists: plain(
    "SELECT to_regclass('strata_meta') IS NOT NULL AND to_regclass('strata_commits') IS NOT NULL",
  ),
  meta: plain("SELECT key, value FROM strata_meta"),
  setMeta: (key, value) => ({
    text: "INSERT INTO strata_meta VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2",
    params: [key, value],
  }),
  head: (lock) => lock ? HEAD_LOCKED : plain(HEAD),
  // Whoever commits anything moves that, in other databases too.
  bareHead: plain("SELECT NULL, 0, pg_snapshot_xmax(pg_current_snapshot())::text"),
  after: (seq) => ({
    text: "SELECT seq, id, origin, kind, tables, strangers FROM strata_commits WHERE seq > $1 " +
      "ORDER BY seq",
    params: [seq],
  }),
  known: (id) => ({ text: "SELECT 1 FROM strata_commits WHERE id = $1", params: [id] }),
  add,
};

/** The name of the trigger by which strangers are noticed. */
export const TRIGGER = '"strata_touched"';

/** Notices what strangers write into a table. */
export function noticeStrangers(table: string): string {
  return `CREATE TRIGGER ${TRIGGER} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table} ` +
    "FOR EACH STATEMENT WHEN (current_setting('strata.own', TRUE) IS DISTINCT FROM 'on') " +
    "EXECUTE FUNCTION strata_touched()";
}
