import { escapeControls } from "../base/escape.ts";
import { errnoOf, messageOf } from "../base/errors.ts";

const ERRNO_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection closed by the other side",
  ETIMEDOUT: "connection timed out",
  EHOSTUNREACH: "no route to host",
  ENETUNREACH: "network is unreachable",
  EADDRNOTAVAIL: "address not available",
  ENOTFOUND: "no such host",
  EMFILE: "too many open files",
  ENFILE: "too many open files on this host",
};

/** Longest text of a program's, in characters, that is shown of it. */
const LONGEST = 256;

/** Why an attempt failed, in a few words: `connection refused`. */
export function reasonOf(error: unknown): string {
  return ERRNO_WORDS[errnoOf(error) ?? ""] ?? shown(messageOf(error));
}

/** Text from outside, fit for one line of a terminal. */
export function shown(text: string): string {
  const whole = escapeControls(text.trim());
  return whole.length <= LONGEST ? whole : `${whole.slice(0, LONGEST - 3)}...`;
}
