import { HOSTILE_KEYS, KINDS } from "../webstorage/kinds.ts";

/** Text that would end a script, begin a comment in one, or set what it must not. */
export const HOSTILE = [
  "</script><script>globalThis.hacked = 1</script>",
  "</SCRIPT ><img src=x onerror='globalThis.hacked = 2'>",
  "<!--",
  "<!--<script>",
  "-->",
  "]]>",
  "\u2028\u2029",
  "&lt;/script&gt;",
  "__proto__",
  "constructor",
  "\"'`${}\\",
];

/** Values and names that have to come back: every kind, and hostile text as value, key and name. */
export const ITEMS: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(
    [...KINDS, ...HOSTILE, ...HOSTILE_KEYS].map((value, i) => [`v${i}`, value]),
  ),
  ...Object.fromEntries(
    [...HOSTILE, ...HOSTILE_KEYS].map((name) => [name, { [name]: [{ [name]: name }] }]),
  ),
};
