import { bigint, boolean, date, integer, real, type Schema, table, text } from "../../mod.ts";

const teams = table("teams", {
  id: text().primaryKey(),
  code: text().optional().unique(),
  rank: integer().default(0),
}, { indexes: ["rank"] });

const people = table("people", {
  id: integer().primaryKey(),
  email: text().optional().unique(),
  team: text().optional().references("teams", { onDelete: "cascade" }),
  age: integer().optional(),
  score: real().optional(),
  done: boolean().default(false),
  note: text().default("new").onUpdate(() => "touched"),
}, { indexes: ["age", ["done", "age"]] });

const marks = table("marks", {
  person: integer().references("people"),
  day: date(),
  by: integer().optional().references("people", { onDelete: "setNull" }),
  points: bigint().default(0n),
}, { primaryKey: ["person", "day"], indexes: ["points"] });

export const tables = { teams, people, marks };
export type TableName = keyof typeof tables;
export const schema: Schema = {
  tables: [teams, people, marks],
  values: { mode: text().default("calm"), size: integer().optional() },
};

/** What the plain model knows of a column. */
export interface Rule {
  readonly type: "text" | "integer" | "real" | "boolean" | "date" | "bigint";
  readonly optional?: boolean;
  readonly default?: unknown;
  readonly onUpdate?: unknown;
}

/** The same tables once more, as plainly as can be. */
export const rules: Record<TableName, Record<string, Rule>> = {
  teams: {
    id: { type: "text" },
    code: { type: "text", optional: true },
    rank: { type: "integer", default: 0 },
  },
  people: {
    id: { type: "integer" },
    email: { type: "text", optional: true },
    team: { type: "text", optional: true },
    age: { type: "integer", optional: true },
    score: { type: "real", optional: true },
    done: { type: "boolean", default: false },
    note: { type: "text", default: "new", onUpdate: "touched" },
  },
  marks: {
    person: { type: "integer" },
    day: { type: "date" },
    by: { type: "integer", optional: true },
    points: { type: "bigint", default: 0n },
  },
};

export const keys: Record<TableName, readonly string[]> = {
  teams: ["id"],
  people: ["id"],
  marks: ["person", "day"],
};
export const uniques: Record<TableName, readonly string[]> = {
  teams: ["code"],
  people: ["email"],
  marks: [],
};
/** The columns that an indexed query is compared by. */
export const indexed: Record<TableName, string> = { teams: "rank", people: "age", marks: "points" };

export const references = [
  { from: "people", column: "team", to: "teams", onDelete: "cascade" },
  { from: "marks", column: "person", to: "people", onDelete: "restrict" },
  { from: "marks", column: "by", to: "people", onDelete: "setNull" },
] as const;
