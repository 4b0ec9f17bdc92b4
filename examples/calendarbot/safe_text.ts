// Control characters, DEL, C1 controls, line and paragraph separators, bidirectional overrides.
// deno-lint-ignore no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text of a calendar for a terminal: nothing in it drives the terminal, and it is one line. */
export function safe(text: string): string {
  return text.replace(UNSAFE, (char) => char === "\n" || char === "\t" ? " " : "\uFFFD");
}
