import { delay } from "../system/clock.ts";
import { fitPage } from "./fit.ts";
import type { VerbInput } from "./verb.ts";

/** One look at what is watched. */
export interface Frame {
  /** The first is a title. */
  readonly lines: readonly string[];
  /** What `--json` prints. */
  readonly value: unknown;
  /** Exit code, should this be the last look. */
  readonly code: number;
}

const EVERY_MS = 1000;
/** Cursor home; erase to the end of the line; erase to the end of the screen (ECMA-48 8.3.21, 8.3.41, 8.3.39). */
const HOME = "\x1b[H";
const END_LINE = "\x1b[K";
const END_PAGE = "\x1b[J";
const SIZE = { columns: 80, rows: 24 };

/**
 * Looks every second until interrupted, or until nobody reads any more. A terminal is drawn over in one write, line by
 * line, so that nothing flickers; no mode of it is changed, so that there is nothing to restore when we are killed. Into a
 * pipe go blocks with an empty line between them, and with `--json` one object a line.
 *
 * @returns the exit code of the last look
 */
export async function watch(
  { output, system }: Pick<VerbInput, "output" | "system">,
  look: () => Promise<Frame>,
): Promise<number> {
  const { clock, terminal } = system;
  for (let count = 0;; count++) {
    const frame = await look();
    if (output.json) output.print(JSON.stringify(frame.value));
    else if (output.quiet) { /* The exit code is all that was asked for. */ }
    else if (!output.terminal) output.print((count === 0 ? "" : "\n") + frame.lines.join("\n"));
    else {
      const size = { columns: terminal.columns() ?? SIZE.columns, rows: terminal.rows() ?? SIZE.rows };
      const [title = "", ...rest] = frame.lines;
      const clocked = `${title}  ${output.style.dim(`every 1s, ${timeOf(clock.now())}`)}`;
      const page = fitPage([clocked, ...rest], size).map((line) => `${line}${END_LINE}\n`).join("");
      const room = count === 0 ? "\n".repeat(size.rows - 1) : ""; // What stood there scrolls away instead of being lost.
      output.bytes(new TextEncoder().encode(`${room}${HOME}${page}${END_PAGE}`));
    }
    if (output.gone.aborted) return frame.code;
    await delay(clock, EVERY_MS, output.gone);
    if (output.gone.aborted) return frame.code;
  }
}

/** Local time of day, `09:05:00`. */
function timeOf(now: number): string {
  return new Date(now).toTimeString().slice(0, 8);
}
