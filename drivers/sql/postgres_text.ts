/** Bytes as PostgreSQL reads them, whatever is set. */
export function bytesText(bytes: Uint8Array): string {
  let text = "\\x";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const BACKSLASH = 0x5c;

/** The bytes of a `bytea`, in either form that a session may be set to. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  if (!text.startsWith("\\x")) return unescaped(text);
  const bytes = new Uint8Array((text.length - 2) / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = digit(text.charCodeAt(2 * i + 2)) * 16 + digit(text.charCodeAt(2 * i + 3));
  }
  return bytes;
}

/** Of lower-case hexadecimal digits. */
function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

/** The older form: printable ASCII as it is, two backslashes for one, else one with three octal digits. */
function unescaped(text: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== BACKSLASH) bytes.push(code);
    else if (text.charCodeAt(i + 1) === BACKSLASH) bytes.push(text.charCodeAt(++i));
    else {
      bytes.push(parseInt(text.slice(i + 1, i + 4), 8));
      i += 3;
    }
  }
  return new Uint8Array(bytes);
}

/** A date as PostgreSQL reads it: there is no year 0, the one before 1 is 1 BC. */
export function dateText(date: Date): string {
  const year = date.getUTCFullYear();
  const text = date.toISOString().replace(/^[+-]?\d+/, "");
  const own = String(year > 0 ? year : 1 - year).padStart(4, "0");
  return `${own}${text}${year > 0 ? "" : " BC"}`;
}
