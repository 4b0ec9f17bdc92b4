/** A raw value as TOML text on one line. Tables become inline tables. */
export function tomlText(raw: unknown): string {
  if (typeof raw === "string") return tomlString(raw);
  if (Array.isArray(raw)) return `[${raw.map(tomlText).join(", ")}]`;
  if (typeof raw === "object" && raw !== null && !(raw instanceof Date)) {
    const pairs = Object.entries(raw).map(([key, value]) => `${tomlKey(key)} = ${tomlText(value)}`);
    return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
  }
  return raw instanceof Date ? raw.toISOString() : String(raw);
}

/** A key, in quotes only where it needs them. */
export function tomlKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : tomlString(key);
}

/** A basic string; control characters that TOML forbids are escaped. */
function tomlString(text: string): string {
  // JSON's escapes are TOML's, except that TOML also forbids DEL.
  return JSON.stringify(text).replaceAll("\x7f", "\\u007f");
}

/** A raw value for people: a text without quotes, everything else as TOML. */
export function printable(raw: unknown): string {
  return typeof raw === "string" ? raw : tomlText(raw);
}
