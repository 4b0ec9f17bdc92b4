/** Widest piece of a line that is drawn, in characters. */
const WIDTH = 100;

/** What is drawn: `line` and `column` from 1, `length` of the mark in characters. */
export interface FrameSpot {
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/**
 * The line of `text` at a spot with a mark below. Only that line, because its neighbours may hold secrets; texts on
 * lines that declare variables or look secret themselves are drawn as asterisks.
 */
export function codeFrame(text: string, { line, column, length }: FrameSpot): string | undefined {
  const lines = text.split("\n", line);
  const raw = lines[line - 1];
  if (raw === undefined) return undefined;
  const shown = plain(isSecret(lines) ? redact(raw) : raw);
  const from = Math.max(0, Math.min(column - 1 - Math.floor(WIDTH / 2), shown.length - WIDTH));
  const piece = shown.slice(from, from + WIDTH);
  const indent = column - 1 - from;
  const mark = "^".repeat(Math.max(1, Math.min(length, piece.length - indent)));
  return `${line} | ${piece}\n${" ".repeat(String(line).length)} | ${" ".repeat(indent)}${mark}`;
}

/** Same length, nothing that moves a cursor. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\r$/, "").replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, " ");
}

/** A key, an option or a header that names a secret, with what follows; a scheme of HTTP, and a password inside a URL. */
const WORD = "(secret|token|passw|passphrase|api[-_]?key|private|credential|auth)[\\w-]*";
const SECRET = new RegExp(`${WORD}["']?\\s*[=:]|-[\\w-]*${WORD}|\\bbearer\\s|://[^\\s/]*@`, "i");
/** Where a webhook goes is a secret; that there is one is none: `on = ["webhook"]`. */
const WEBHOOK = /webhook[\w-]*["']?\s*=|:\/\/\S*webhook/i;

/** Whether the last of `lines` stands in a table of variables, or says a secret. */
function isSecret(lines: readonly string[]): boolean {
  const last = lines.at(-1) ?? "";
  if (SECRET.test(last) || WEBHOOK.test(last) || /(^|[\s,{.])env(\s*=|\s*\.|\s*\])/.test(last)) return true;
  for (let i = lines.length - 2; i >= 0; i--) {
    const line = lines[i] ?? "";
    if (/^\s*\[/.test(line)) return /^\s*\[.*\benv\s*\]/.test(line);
    if (/^\s*env\s*=\s*\{[^}]*$/.test(line)) return true;
    if (/^\s*[^#]*\}/.test(line)) return isSecret([...lines.slice(0, i).filter((each) => /^\s*\[/.test(each)), ""]);
  }
  return false;
}

/** Everything after the first `=` as asterisks; of a line without one all but brackets. Lengths stay. */
function redact(line: string): string {
  const equals = line.indexOf("=");
  const [key, value] = equals < 0 ? ["", line] : [line.slice(0, equals + 1), line.slice(equals + 1)];
  if (/^\s*\[/.test(key)) return line;
  return key + value.replace(/[^\s{}[\],]/g, "*");
}
