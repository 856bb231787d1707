/**
 * The same work in plain JavaScript, each query written out: what rows leave and enter is looked
 * at, nothing is asked again.
 *
 * @module
 */
import {
  groupText,
  leastPriority,
  type LiveContestant,
  type LiveRun,
  type LiveWork,
  type Patch,
  WINDOW_SIZE,
  WINDOW_STATUS,
} from "./live_contestant.ts";
import type { Todo } from "./rows.ts";

/** A result that hears of each row that was replaced; true when something in it changed. */
interface Kept {
  change(before: Todo | undefined, after: Todo): boolean;
  result(): readonly string[];
}

function keptWindow(): Kept {
  // All rows that match, largest first.
  const sorted: Todo[] = [];
  const matches = (row: Todo) => row.status === WINDOW_STATUS && !row.done;
  const place = (row: Todo): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = sorted[middle];
      if (
        other && (other.amount > row.amount || other.amount === row.amount && other.id > row.id)
      ) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    change(before, after) {
      let least = Infinity;
      if (before && matches(before)) {
        const at = place(before);
        sorted.splice(at, 1);
        least = at;
      }
      if (matches(after)) {
        const at = place(after);
        sorted.splice(at, 0, after);
        least = Math.min(least, at);
      }
      return least < WINDOW_SIZE;
    },
    result: () => sorted.slice(0, WINDOW_SIZE).map(({ id }) => id),
  };
}

function keptFilter(least: number): Kept {
  const found = new Map<string, Todo>();
  return {
    change(before, after) {
      if (after.priority >= least) return found.set(after.id, after).size > 0;
      return before !== undefined && before.priority >= least && found.delete(after.id);
    },
    result: () => [...found.keys()].sort(),
  };
}

function keptGroups(): Kept {
  const groups = new Map<string, { count: number; sum: number }>();
  const add = ({ status, amount }: Todo, times: 1 | -1) => {
    const group = groups.get(status);
    if (!group) groups.set(status, { count: times, sum: amount * times });
    else {
      group.count += times;
      group.sum += amount * times;
    }
  };
  return {
    change(before, after) {
      if (before) add(before, -1);
      add(after, 1);
      return true;
    },
    result: () =>
      Array.from(groups, ([status, { count, sum }]) => groupText(status, count, sum)).sort(),
  };
}

export const liveByHand: LiveContestant = {
  name: "by hand",
  works: ["window", "filter", "groups"],
  open(rows: readonly Todo[], work: LiveWork): LiveRun {
    const map = new Map<string, Todo>();
    const kept = work === "window"
      ? keptWindow()
      : work === "filter"
      ? keptFilter(leastPriority(rows))
      : keptGroups();
    // Sorted first, so that filling the window moves nothing.
    for (const row of [...rows].sort((a, b) => a.amount - b.amount).reverse()) {
      kept.change(undefined, row);
    }
    for (const row of rows) map.set(row.id, row);
    let told = 0;
    const put = (patch: Patch): boolean => {
      const before = map.get(patch.id);
      if (!before) return false;
      // Rows are replaced, not changed, so that whoever shows one can compare by identity.
      const { id, title, status, owner, priority, amount, done } = before;
      const after = {
        ...{ id, title, status, owner },
        priority: patch.priority ?? priority,
        amount: patch.amount ?? amount,
        done,
      };
      map.set(id, after);
      return kept.change(before, after);
    };
    return {
      write(patch) {
        if (put(patch)) told++;
      },
      batch(patches) {
        let changed = false;
        for (const patch of patches) if (put(patch)) changed = true;
        if (changed) told++;
      },
      get told() {
        return told;
      },
      result: () => kept.result(),
      close() {},
    };
  },
};
