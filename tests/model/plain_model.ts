import { isSame } from "../conformance/same.ts";
import { type Fields, type Operation, Plus } from "./operation.ts";
import { compare, fault, holds } from "./plain_rules.ts";
import { type Contents, copyOf, NAMES, type Outcome, type Tables, text } from "./plain_state.ts";
import { keys, references, type Rule, rules, type TableName, uniques } from "./schema.ts";

/** A database as three maps from key to row. */
export class PlainModel {
  #tables: Tables = { teams: new Map(), people: new Map(), marks: new Map() };
  #values: Record<string, unknown> = { mode: "calm", size: null };
  #errors = new Set<string>();
  /** Rows that the running step has deleted at some time. */
  readonly #deleted = new Set<string>();
  #open = false;

  contents(): Contents {
    const rows = NAMES.map((name) => [name, this.sorted(name, keys[name], "asc")]);
    return Object.fromEntries(rows);
  }

  values(): Fields {
    return { ...this.#values };
  }

  sorted(name: TableName, columns: readonly string[], direction: "asc" | "desc"): Fields[] {
    const sign = direction === "asc" ? 1 : -1;
    const all = [...columns, ...keys[name]];
    return [...this.#tables[name].values()].sort((a, b) => {
      for (const column of all) {
        const order = compare(a[column], b[column]);
        if (order !== 0) return order * sign;
      }
      return 0;
    });
  }

  /** Does one step as a commit of its own. */
  apply(operation: Operation): Outcome {
    const before = this.#snapshot();
    const begin = this.#tables;
    this.#deleted.clear();
    this.#open = false;
    this.#tables = copyOf(begin);
    const outcome = this.#step(operation);
    if (outcome.errors.size > 0) return outcome;
    this.#settle(begin);
    if (this.#danglers() === 0) return outcome;
    before();
    return { ...outcome, errors: new Set(["reference"]) };
  }

  /**
   * Whether the contract leaves open what the step does: when a transaction deletes a row
   * and then writes another that refers to it, and when an insert conflicts with one row on
   * the columns named and with another on the key.
   */
  isOpen(operation: Operation): boolean {
    const before = this.#snapshot();
    this.apply(operation);
    before();
    return this.#open;
  }

  #snapshot(): () => void {
    const tables = copyOf(this.#tables);
    const values = this.#values;
    return () => {
      this.#tables = copyOf(tables);
      this.#values = values;
    };
  }

  /** One statement or nested transaction: all of it, or none. */
  #step(operation: Operation): Outcome {
    const before = this.#snapshot();
    if (operation.verb === "transaction") return this.#transaction(operation, before);
    const errors = this.#errors = new Set<string>();
    const outcome = this.#statement(operation);
    for (const name of NAMES) this.#checkUnique(name);
    if (errors.size === 0) return outcome;
    before();
    return { errors };
  }

  #transaction(operation: Operation & { verb: "transaction" }, before: () => void): Outcome {
    const steps: { outcome: Outcome; after: Contents }[] = [];
    for (const step of operation.steps) {
      const outcome = this.#step(step);
      steps.push({ outcome, after: this.contents() });
      if (outcome.errors.size > 0 && !operation.tolerant) {
        before();
        return { errors: outcome.errors, steps };
      }
    }
    if (operation.end === "commit") return { value: "done", errors: new Set(), steps };
    before();
    return { errors: new Set([operation.end]), steps };
  }

  /** Inserts and upserts take their rows one after the other, with the rules kept after each. */
  #each(table: TableName, rows: readonly Fields[], take: (row: Fields) => Fields): Fields[] {
    return rows.map((row) => {
      const taken = take(row);
      this.#checkUnique(table);
      return taken;
    });
  }

  #statement(op: Exclude<Operation, { verb: "transaction" }>): Outcome {
    const none = new Set<string>();
    if (op.verb === "setValue") {
      const rule: Rule = op.name === "mode"
        ? { type: "text" }
        : { type: "integer", optional: true };
      const error = fault(rule, op.value);
      if (error !== undefined) this.#errors.add(error);
      this.#values = { ...this.#values, [op.name]: op.value };
      return { value: undefined, errors: none };
    }
    const rows = this.#tables[op.table];
    switch (op.verb) {
      case "insert":
        return {
          value: this.#each(op.table, op.rows, (row) => this.#insert(op, row)),
          errors: none,
        };
      case "upsert":
        return {
          value: this.#each(op.table, op.rows, (row) => this.#upsert(op, row)),
          errors: none,
        };
      case "replace":
        return { value: this.#put(op.table, this.#filled(op.table, op.row)), errors: none };
      case "update":
        return this.#update(op, rows.get(this.#keyText(op.table, op.key)));
      case "updateAll": {
        this.#checkPatch(op.table, op.patch);
        const hit = [...rows.values()].filter((row) => holds(op.where, row));
        for (const row of hit) this.#change(op.table, row, op.patch);
        return { value: hit.length, errors: none };
      }
      case "delete": {
        const row = rows.get(this.#keyText(op.table, op.key));
        if (row === undefined) return { value: false, errors: none };
        if (!holds(op.if, row)) this.#errors.add("conflict");
        this.#delete(op.table, row);
        return { value: true, errors: none };
      }
      case "deleteAll": {
        const hit = [...rows.values()].filter((row) => holds(op.where, row));
        for (const row of hit) this.#delete(op.table, row);
        return { value: hit.length, errors: none };
      }
      case "claim": {
        this.#checkPatch(op.table, op.patch);
        const matching = this.sorted(op.table, [op.order], op.direction)
          .filter((row) => holds(op.where, row));
        const hit = matching.slice(0, op.limit);
        return { value: hit.map((row) => this.#change(op.table, row, op.patch)), errors: none };
      }
    }
  }

  #keyText(name: TableName, key: unknown): string {
    return keys[name].length === 1 ? text(key) : (key as unknown[]).map(text).join();
  }

  #keyOf(name: TableName, row: Fields): string {
    return keys[name].map((column) => text(row[column])).join();
  }

  #filled(name: TableName, row: Fields): Fields {
    const filled: Record<string, unknown> = {};
    for (const [column, rule] of Object.entries(rules[name])) {
      const value = row[column] === undefined ? rule.default ?? null : row[column];
      const error = fault(rule, value);
      if (error !== undefined) this.#errors.add(error);
      filled[column] = value;
    }
    return filled;
  }

  #checkPatch(name: TableName, patch: Fields): void {
    for (const [column, value] of Object.entries(patch)) {
      const error = value instanceof Plus ? undefined : fault(rules[name][column]!, value);
      if (error !== undefined) this.#errors.add(error);
    }
  }

  #put(name: TableName, row: Fields): Fields {
    this.#tables[name].set(this.#keyOf(name, row), row);
    return row;
  }

  #change(name: TableName, row: Fields, patch: Fields): Fields {
    const next: Record<string, unknown> = { ...row };
    for (const [column, rule] of Object.entries(rules[name])) {
      const given = patch[column];
      if (given instanceof Plus) next[column] = (row[column] as number) + (given.by as number);
      else if (given !== undefined) next[column] = given;
      else if (rule.onUpdate !== undefined) next[column] = rule.onUpdate;
      const error = fault(rule, next[column]);
      if (error !== undefined) this.#errors.add(error);
    }
    return this.#put(name, next);
  }

  #find(name: TableName, columns: readonly string[], row: Fields): Fields | undefined {
    if (columns.some((column) => (row[column] ?? null) === null)) return undefined;
    const rows = [...this.#tables[name].values()];
    return rows.find((one) => columns.every((column) => isSame(one[column], row[column])));
  }

  #insert(op: Operation & { verb: "insert" }, given: Fields): Fields {
    const row = this.#filled(op.table, given);
    const { conflict, table } = op;
    if (typeof conflict === "object") {
      const there = this.#find(table, conflict.columns, row);
      if (there !== undefined) {
        const other = this.#find(table, keys[table], row);
        if (other !== undefined && other !== there) this.#open = true;
        const columns = conflict.update === "all" ? Object.keys(row) : conflict.update;
        const patch = columns.filter((name) => !keys[table].includes(name))
          .map((name) => [name, row[name]]);
        return this.#change(table, there, Object.fromEntries(patch));
      }
    }
    const taken = this.#find(table, keys[table], row);
    if (conflict === "ignore") {
      const there = taken ?? uniques[table].map((name) => this.#find(table, [name], row))
        .find((one) => one !== undefined);
      if (there !== undefined) return there;
    }
    if (taken !== undefined) {
      this.#errors.add("key");
      if (uniques[table].some((name) => this.#find(table, [name], row))) this.#errors.add("unique");
      return row;
    }
    return this.#put(table, row);
  }

  #upsert(op: Operation & { verb: "upsert" }, given: Fields): Fields {
    const there = this.#find(op.table, op.on ?? keys[op.table], given);
    if (there === undefined) {
      const row = this.#filled(op.table, given);
      if (op.on === undefined || this.#find(op.table, keys[op.table], row) === undefined) {
        return this.#put(op.table, row);
      }
      this.#errors.add("key");
      return row;
    }
    const patch = Object.entries(given).filter(([name]) => !keys[op.table].includes(name));
    return this.#change(op.table, there, Object.fromEntries(patch));
  }

  #update(op: Operation & { verb: "update" }, row: Fields | undefined): Outcome {
    if (row !== undefined || !op.byFunction) this.#checkPatch(op.table, op.patch);
    if (row === undefined) return { value: undefined, errors: new Set() };
    if (!holds(op.if, row)) this.#errors.add("conflict");
    return { value: this.#change(op.table, row, op.patch), errors: new Set() };
  }

  #delete(name: TableName, row: Fields): void {
    this.#tables[name].delete(this.#keyOf(name, row));
    this.#deleted.add(`${name} ${this.#keyOf(name, row)}`);
  }

  /** Follows what is gone since `begin` to the rows that refer to it. */
  #settle(begin: Tables): void {
    for (const { from, column, to, onDelete } of references) {
      for (const [key, child] of [...this.#tables[from]]) {
        const value = child[column];
        if (value === null || this.#tables[to].has(text(value))) continue;
        const old = begin[from].get(key);
        const written = old === undefined || !isSame(old[column], value);
        if (written && this.#deleted.has(`${to} ${text(value)}`)) this.#open = true;
        if (!begin[to].has(text(value))) continue;
        if (onDelete === "cascade") this.#delete(from, child);
        if (onDelete === "setNull") this.#put(from, { ...child, [column]: null });
      }
    }
  }

  #checkUnique(name: TableName): void {
    for (const column of uniques[name]) {
      const values = [...this.#tables[name].values()].map((row) => row[column]);
      const given = values.filter((value) => value !== null);
      if (new Set(given).size < given.length) this.#errors.add("unique");
    }
  }

  #danglers(): number {
    let count = 0;
    for (const { from, column, to } of references) {
      for (const row of this.#tables[from].values()) {
        if (row[column] !== null && !this.#tables[to].has(text(row[column]))) count++;
      }
    }
    return count;
  }
}
