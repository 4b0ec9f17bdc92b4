import { escapeControls } from "../base/escape.ts";
import type { Output } from "./output.ts";

const NEWLINE = 0x0a;

/**
 * Prints lines of a log: into a pipe or file the bytes as they are, on a terminal with every control character but the
 * tab escaped, because a program's output must not drive the terminal of who looks at it. With `--json` each line is an
 * object `{"line": TEXT}` on a line of its own.
 */
export function createLinePrinter(
  output: Pick<Output, "bytes" | "json" | "print" | "terminal">,
): (line: Uint8Array) => void {
  const decoder = new TextDecoder();
  return (line) => {
    const body = line.at(-1) === NEWLINE ? line.subarray(0, -1) : line;
    if (output.json) return output.print(JSON.stringify({ line: decoder.decode(body) }));
    if (output.terminal) return output.print(decoder.decode(body).split("\t").map(escapeControls).join("\t"));
    const whole = new Uint8Array(body.length + 1);
    whole.set(body);
    whole[body.length] = NEWLINE;
    output.bytes(whole);
  };
}
