import { nearest } from "./nearest.ts";

/** Signals that Linux and macOS both know, those that people send first: of two that are equally near, it is meant. */
export const SIGNAL_NAMES = [
  ...["TERM", "HUP", "INT", "QUIT", "USR1", "USR2", "KILL", "STOP", "CONT", "WINCH", "ABRT", "ALRM", "PIPE", "CHLD"],
  ...[
    "TSTP",
    "TTIN",
    "TTOU",
    "URG",
    "IO",
    "SEGV",
    "BUS",
    "FPE",
    "ILL",
    "TRAP",
    "SYS",
    "XCPU",
    "XFSZ",
    "VTALRM",
    "PROF",
  ],
] as const;

export type SignalName = `SIG${typeof SIGNAL_NAMES[number]}`;

/**
 * `SIGTERM` for `TERM`, `SIGTERM` or `sigterm`; undefined when no signal has the name. A number is none: it means another
 * signal on another machine.
 */
export function signalNamed(text: string): SignalName | undefined {
  const name = text.toUpperCase().replace(/^SIG/, "");
  const known = SIGNAL_NAMES.find((one) => one === name);
  return known === undefined ? undefined : `SIG${known}`;
}

/** The signal that was probably meant, without its SIG. Never KILL: who believes a wrong guess would lose the program. */
export function nearestSignal(text: string): string | undefined {
  const near = /^\d*$/.test(text) ? undefined : nearest(text.toUpperCase().replace(/^SIG/, ""), SIGNAL_NAMES);
  return near === "KILL" ? undefined : near;
}
