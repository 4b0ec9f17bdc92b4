import type { Exit } from "../programs/program_spec.ts";

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
  126: "its command cannot be executed",
  127: "its command was not found",
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

/** Names of the signals that shells put into exit codes, signal(7) on Linux. */
const NUMBERS: Readonly<Record<number, string>> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  11: "SIGSEGV",
  13: "SIGPIPE",
  14: "SIGALRM",
  15: "SIGTERM",
};

/**
 * What an end that appd did not bring about usually means, as a phrase; undefined when it says nothing beyond itself.
 *
 * @param adopted an earlier daemon had started the program
 */
export function exitMeaning(exit: Exit, adopted = false): string | undefined {
  if (exit === "unknown") {
    return adopted ? "an earlier daemon had started it, and only that one could have waited for it" : undefined;
  }
  if ("code" in exit) return CODES[exit.code] ?? shellMeaning(exit.code);
  if (exit.outOfMemory) return "the kernel ended it because memory had run out";
  return SIGNALS[exit.signal] ?? "a signal that appd did not send";
}

/** A shell exits with 128 and the number of the signal that ended its command. */
function shellMeaning(code: number): string | undefined {
  const signal = NUMBERS[code - 128];
  return signal === undefined ? undefined : `what a shell gives for a command that was killed by ${signal}`;
}
