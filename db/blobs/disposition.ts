/**
 * The `Content-Disposition` of a download. Old clients get the name without what is not ASCII, the others all of it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6266
 */
export function attachment(name: string): string {
  // Neither a path nor what only looks like another name.
  // deno-lint-ignore no-control-regex -- these are what is to go
  const plain = name.toWellFormed().replace(/[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/[\\/]/g, "_");
  const ascii = plain.replace(/[^ -~]/gu, "_").replace(/["%]/g, "_");
  const quoted = `attachment; filename="${ascii}"`;
  return ascii === plain ? quoted : `${quoted}; filename*=UTF-8''${encoded(plain)}`;
}

/** What RFC 8187 lets stand is less than what `encodeURIComponent` does. */
function encoded(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
