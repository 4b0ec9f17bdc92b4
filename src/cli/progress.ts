import { humanDuration } from "../base/duration.ts";
import type { VerbInput } from "./verb.ts";

const EVERY_MS = 1000;
/** To the start of the line, and erase it (ECMA-48 8.3.41). */
const CLEAR = "\r\x1b[K";

/** Says on a terminal for how long something is waited for; disposing it clears the line. Elsewhere it says nothing. */
export function showProgress({ output, system }: Pick<VerbInput, "output" | "system">, what: string): Disposable {
  if (!output.terminal || output.quiet || output.json) return { [Symbol.dispose]() {} };
  const write = (text: string) => output.bytes(new TextEncoder().encode(text));
  const { clock } = system;
  const began = clock.monotonic();
  const draw = () => write(`${CLEAR}${output.style.dim(`${what}, ${humanDuration(clock.monotonic() - began)}`)}`);
  const timer = clock.every(EVERY_MS, draw);
  return {
    [Symbol.dispose]() {
      timer[Symbol.dispose]();
      write(CLEAR);
    },
  };
}
