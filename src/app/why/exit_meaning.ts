import type { Exit } from "../../programs/program_spec.ts";

/** What a code usually means: sysexits(3), and for 126 and 127 the shells. */
const CODES: Readonly<Record<number, string>> = {
  64: "wrong usage, EX_USAGE",
  65: "its input is wrong, EX_DATAERR",
  66: "an input file is missing, EX_NOINPUT",
  69: "something that it needs is unavailable, EX_UNAVAILABLE",
  70: "an internal error, EX_SOFTWARE",
  71: "an error of the system, EX_OSERR",
  73: "a file cannot be created, EX_CANTCREAT",
  74: "an input/output error, EX_IOERR",
  75: "a temporary failure, EX_TEMPFAIL",
  77: "it lacks a permission, EX_NOPERM",
  78: "its configuration is wrong, EX_CONFIG",
  126: "probably: a command that cannot be executed",
  127: "probably: a command was not found",
};

const SIGNALS: Readonly<Record<string, string>> = {
  SIGABRT: "it gave up by itself, as a failed assertion does",
  SIGBUS: "a fault of its own: a bad access to memory",
  SIGFPE: "a fault of its own: an arithmetic error",
  SIGILL: "a fault of its own: an illegal instruction",
  SIGSEGV: "a fault of its own: a bad access to memory",
  SIGSYS: "a system call that it may not make",
  SIGXCPU: "its limit of CPU time",
  SIGXFSZ: "its limit of file size",
};

/** The signals by number from 1 on, as Linux has them on most machines, signal(7). */
const NUMBERED = [
  ...[
    "HUP",
    "INT",
    "QUIT",
    "ILL",
    "TRAP",
    "ABRT",
    "BUS",
    "FPE",
    "KILL",
    "USR1",
    "SEGV",
    "USR2",
    "PIPE",
    "ALRM",
    "TERM",
  ],
  ...["STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO"],
  ...["PWR", "SYS"],
];

/**
 * What an end that appd did not bring about usually means, as a phrase; undefined when it says nothing beyond itself.
 *
 * @param adopted an earlier daemon had started the program
 */
export function exitMeaning(exit: Exit, adopted = false): string | undefined {
  if (exit === "unknown") {
    return adopted ? "an earlier daemon had started it, and only that one could have waited for it" : undefined;
  }
  if ("code" in exit && exit.error !== undefined) return undefined; // It says itself what was wrong.
  if ("code" in exit) return CODES[exit.code] ?? shellMeaning(exit.code);
  if (exit.outOfMemory) return "the kernel ended it because memory had run out";
  return SIGNALS[exit.signal] ?? "a signal that appd did not send";
}

/** A shell exits with 128 and the number of the signal that ended its command; many programs do the same by themselves. */
function shellMeaning(code: number): string | undefined {
  const name = NUMBERED[code - 129];
  if (name === undefined) return undefined;
  return `128 + signal ${code - 128} (SIG${name}): a shell's way to say killed by SIG${name}`;
}
