import type { Probe } from "./probe.ts";
import { shown } from "./reason.ts";

/** Longest line, in bytes, that is held until its end comes; a longer one is looked at in pieces of this size. */
const CARRY = 64 * 1024;
const NEWLINE = 10;

/** A probe that is fed a program's output. */
export interface LogPattern {
  /** Good, once in a life, when a line matches. */
  readonly probe: Probe;
  /** Takes bytes as they come, cut anywhere; keeps no reference to them. Undefined while nothing is looked for. */
  readonly feed: ((bytes: Uint8Array) => void) | undefined;
}

/** @param pattern a regular expression, tested on each line without its end, decoded as UTF-8. @throws SyntaxError */
export function logPattern(pattern: string): LogPattern {
  const expression = new RegExp(pattern);
  let search: LineSearch | undefined;
  const take = (bytes: Uint8Array) => {
    if (search?.feed(bytes)) search = undefined;
  };
  return {
    probe(tell) {
      const mine = search = new LineSearch((line) => {
        if (!expression.test(line)) return false;
        tell({ ok: true, why: `its log says "${shown(line)}"`, decisive: true });
        return true;
      });
      return { [Symbol.dispose]: () => void (search = search === mine ? undefined : search) };
    },
    get feed() {
      return search === undefined ? undefined : take;
    },
  };
}

class LineSearch {
  readonly #matches: (line: string) => boolean;
  readonly #decoder = new TextDecoder();
  /** The begin of a line whose end has not come. */
  readonly #carry = new Uint8Array(CARRY);
  #carried = 0;

  constructor(matches: (line: string) => boolean) {
    this.#matches = matches;
  }

  /** Whether a line matched; the rest of `bytes` is not looked at then. */
  feed(bytes: Uint8Array): boolean {
    for (let at = 0; at < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, at);
      const end = Math.min(newline < 0 ? bytes.length : newline, at + CARRY - this.#carried);
      this.#carry.set(bytes.subarray(at, end), this.#carried);
      this.#carried += end - at;
      at = end === newline ? end + 1 : end;
      if ((end === newline || this.#carried === CARRY) && this.#look()) return true;
    }
    return false;
  }

  #look(): boolean {
    const line = this.#decoder.decode(this.#carry.subarray(0, this.#carried));
    this.#carried = 0;
    return this.#matches(line.endsWith("\r") ? line.slice(0, -1) : line);
  }
}
