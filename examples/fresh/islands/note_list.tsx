import { signal } from "@preact/signals";
import { IS_BROWSER } from "fresh/runtime";
import { type Database, openDatabase } from "@strata/data";
import { indexedDbDriver } from "@strata/data/drivers/indexed-db";
import { hydrate } from "@strata/data/ssr/hydrate";
import { useLive } from "@strata/data/ui/preact";
import { type Note, notes, open, schema } from "../schema.ts";

/** The database of the browser, once it is open and has what the page had. */
const local = signal<Database | undefined>(undefined);

if (IS_BROWSER) void start();

async function start(): Promise<void> {
  const db = await openDatabase(schema, indexedDbDriver(indexedDB, { name: "notes" }));
  await hydrate({ notes: db });
  local.value = db;
}

/** The rows of the page until the database is there, whose live query begins with the same. */
export default function NoteList({ rows }: { rows: readonly Note[] }) {
  return local.value ? <Live db={local.value} /> : <List rows={rows} />;
}

function Live({ db }: { db: Database }) {
  const live = useLive(open, db);
  return <List rows={live.value} onDone={({ id }) => void db.update(notes, id, { done: true })} />;
}

function List({ rows, onDone }: { rows: readonly Note[]; onDone?: (note: Note) => void }) {
  return (
    <ul>
      {rows.map((note) => (
        <li key={note.id} onClick={() => onDone?.(note)}>{note.title}</li>
      ))}
    </ul>
  );
}
