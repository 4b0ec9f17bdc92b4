import { join } from "node:path";
import { errnoOf } from "../base/errors.ts";
import type { Files } from "../system/files.ts";
import type { Exit, ProgramSpec } from "./program_spec.ts";

/**
 * A shell that stays as the parent of the command and writes down how it ended, `$?` of sh(1), before it ends the same
 * way: by the same code, or by the same signal. Signals to the process group reach both; the shell has handlers, which
 * the command does not inherit, and waits. Its own remarks (`Terminated`) go nowhere. `$0` is the file, `$@` the command.
 */
const SCRIPT = `trap : HUP INT QUIT USR1 USR2 PIPE ALRM TERM
exec 3>&2 2>/dev/null
"$@" 2>&3 3>&-
code=$?
echo $code >"$0.tmp" && mv -f "$0.tmp" "$0"
if [ $code -gt 128 ]; then
  trap - HUP INT QUIT USR1 USR2 PIPE ALRM TERM
  kill -$((code - 128)) $$
fi
exit $code`;

const PREFIX = "exit.";

/**
 * Whether a program gets the shell: only its parent can know how a process ended, and when the daemon dies that must be
 * somebody else. A program that is to run once gets it, because its end is its result. One that is to go on does not:
 * its PID would be the shell's, and a signal to that alone would not reach it.
 */
export function isKept(spec: Pick<ProgramSpec, "restart">): boolean {
  return spec.restart === "never";
}

/** Which life of which program a note is about. */
export interface KeeperPlace {
  /** Of the program. */
  readonly directory: string;
  readonly generation: number;
}

/** The command with its keeper. */
export function keepExit(command: readonly string[], at: KeeperPlace): string[] {
  return ["/bin/sh", "-c", SCRIPT, fileOf(at), ...command];
}

function fileOf({ directory, generation }: KeeperPlace): string {
  return join(directory, `${PREFIX}${generation}`);
}

/** What the keeper of a life wrote; `unknown` when there was none, or it was killed too. */
export function readExit(files: Pick<Files, "readText">, at: KeeperPlace): Exit {
  try {
    const text = files.readText(fileOf(at)).trim();
    return /^\d{1,3}$/.test(text) ? exitOf(Number(text)) : "unknown";
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return "unknown";
  }
}

/** Codes above 128 are how a shell says: killed by a signal. */
function exitOf(code: number): Exit {
  const signal = code > 128 ? SIGNALS[code - 129] : undefined;
  return signal === undefined ? { code } : { signal };
}

/** By number from 1 on, signal(7) for x86 and ARM. */
const SIGNALS: readonly string[] = [
  ...["SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1"],
  ...["SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP"],
  ...["SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR"],
  "SIGSYS",
];

/** Removes what earlier lives left. */
export function forgetExits(files: Pick<Files, "list" | "unlink">, directory: string): void {
  for (const name of files.list(directory)) if (name.startsWith(PREFIX)) files.unlink(join(directory, name));
}
