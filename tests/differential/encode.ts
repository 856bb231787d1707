/** A scalar, or a list of them, in the JSON form of queries. */
export function encoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(encoded);
  if (value instanceof Date) return { $: ["date", value.getTime()] };
  if (value instanceof Uint8Array) return { $: ["u8", btoa(String.fromCharCode(...value))] };
  if (typeof value === "bigint") return { $: ["bigint", `${value}`] };
  if (value === Infinity) return { $: ["inf"] };
  if (value === -Infinity) return { $: ["-inf"] };
  return value;
}
