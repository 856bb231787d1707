/**
 * A chat whose pages are told by the message they end at, not by how many come before: what is written
 * meanwhile moves nothing, so nobody sees a message twice or misses one.
 *
 * @module
 */
import { cursorOf, type Database, increment, query, type Row } from "@strata/data";
import { messages, rooms } from "./schema.ts";

export type Message = Row<typeof messages>;

/** Some messages, and where to go on; cursors are text that can travel in a URL. */
export interface Page {
  readonly messages: readonly Message[];
  readonly cursor: string | undefined;
}

const newestFirst = (room: string) => query(messages).where({ room }).orderBy("number", "desc");
const oldestFirst = (room: string) => query(messages).where({ room }).orderBy("number");

/** Posts a message; two at once get two numbers, since one of the transactions runs again. */
export function post(
  db: Database,
  room: string,
  message: { readonly author: string; readonly body: string },
): Promise<Message> {
  return db.transaction(async (tx) => {
    await tx.insert(rooms, { id: room }, { onConflict: "ignore" });
    const counted = await tx.update(rooms, room, { last: increment(1) });
    const number = counted?.last ?? 1;
    return await tx.insert(messages, { room, number, sentAt: new Date(), ...message });
  });
}

/** Goes back in time: the newest messages, or those before a cursor; newest first. */
export async function older(
  db: Database,
  room: string,
  options: { readonly size: number; readonly cursor?: string | undefined },
): Promise<Page> {
  const list = newestFirst(room);
  const rows = await db.all(list.after(options.cursor).limit(options.size));
  const last = rows.at(-1);
  return { messages: rows, cursor: last && cursorOf(list, last) };
}

/** Goes on: the messages after one that was seen, or from the beginning; oldest first. */
export async function newer(
  db: Database,
  room: string,
  options: { readonly size: number; readonly seen?: Message | undefined },
): Promise<readonly Message[]> {
  return await db.all(oldestFirst(room).after(options.seen).limit(options.size));
}
