import { humanDuration } from "../base/duration.ts";
import type { VerbInput } from "./verb.ts";

const EVERY_MS = 1000;
/** To the start of the line, and erase it (ECMA-48 8.3.41). */
const CLEAR = "\r\x1b[K";

/** A line that is drawn over each second; disposing it clears it for good. */
export interface Progress extends Disposable {
  /** Makes room for something else; the line comes again. */
  clear(): void;
}

/**
 * Says on a terminal for how long something is waited for; elsewhere it says nothing.
 *
 * @param what is waited for, as it is at the time
 */
export function showProgress({ output, system }: Pick<VerbInput, "output" | "system">, what: () => string): Progress {
  if (!output.terminal || output.quiet || output.json) return { clear() {}, [Symbol.dispose]() {} };
  const write = (text: string) => output.bytes(new TextEncoder().encode(text));
  const { clock } = system;
  const began = clock.monotonic();
  let drawn = false;
  const clear = () => {
    if (drawn) write(CLEAR);
    drawn = false;
  };
  const draw = () => {
    write(`${CLEAR}${output.style.dim(`${what()}, ${humanDuration(clock.monotonic() - began)}`)}`);
    drawn = true;
  };
  const timer = clock.every(EVERY_MS, draw);
  return {
    clear,
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      clear();
    },
  };
}
