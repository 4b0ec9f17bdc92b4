import type { Kind } from "../schema/kind.ts";

/** The raw value that a text means: arrays and tables may be written as TOML, everything else is the kind's affair. */
export async function rawFromText(kind: Kind<unknown>, text: string): Promise<unknown> {
  if (!kind.structured || !/^\s*[[{]/.test(text)) return kind.fromText(text);
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(`value = ${text}`).value;
  } catch (error) {
    if (error instanceof TomlError || error instanceof RangeError) return kind.fromText(text); // The kind says what it wants.
    throw error;
  }
}
