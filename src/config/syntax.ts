import { codeFrame } from "./code_frame.ts";
import { ConfigError } from "./config_error.ts";

/**
 * The document that a TOML text means. Only texts that exist pay for the parser.
 *
 * @param path for messages
 * @throws ConfigError with line and column when it is no TOML
 */
export async function parseToml(text: string, path: string): Promise<Record<string, unknown>> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof TomlError) {
      throw syntaxError(text, { path, message: error.message, line: error.line, column: error.column });
    }
    // The parser descends by recursion; a document that is deeper than the stack is no bug of ours.
    if (error instanceof RangeError) {
      throw syntaxError(text, { path, message: "is nested too deeply", line: 1, column: 1 });
    }
    throw error;
  }
}

function syntaxError(
  text: string,
  found: { path: string; message: string; line: number; column: number },
): ConfigError {
  const { path, line, column } = found;
  const cause = found.message.split("\n", 1)[0]?.replace(/^Invalid TOML document: /, "") ?? found.message;
  const frame = codeFrame(text, { line, column, length: 1 });
  return new ConfigError([{
    place: { kind: "file", path, line, column },
    message: `is not valid TOML: ${cause}`,
    ...hintFor(cause, text.split("\n", line)[line - 1] ?? ""),
    ...(frame === undefined ? {} : { frame }),
  }]);
}

/** What is to be done where that is certain. The value itself is not repeated: it may be a secret. */
function hintFor(cause: string, line: string): { readonly hint?: string } {
  if (cause === "illegal character in key") {
    const isHead = /^\s*\[/.test(line);
    if (isHead && !line.includes("]")) return { hint: "a section is written with both brackets: [NAME]" };
    const quoted = "a key of more than letters, digits, _ and - is written in quotes";
    return { hint: isHead ? quoted : `a line is KEY = VALUE; ${quoted}` };
  }
  if (cause !== "invalid value" && cause !== "illegal character in numeric literal") return {};
  const [, key, value = ""] = /^\s*([\w.-]+)\s*=\s*([\w./~][^"'#=]*)(#.*)?$/.exec(line) ?? [];
  if (key === undefined || !/[A-Za-z/~]/.test(value)) return {};
  if (/^(true|false)\s*$/i.test(value)) return { hint: "true and false are written in small letters" };
  return { hint: `what is no number, true or false is written in quotes: ${key} = "…"` };
}
