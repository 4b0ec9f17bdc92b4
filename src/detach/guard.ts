/**
 * The guard of a daemon that is to come back by itself: a small sh(1) that sleeps in a read(2) on a FIFO which the daemon
 * holds open. An orderly end writes a word into it; when the daemon dies without one, the kernel closes the FIFO for it,
 * the read ends, and the guard starts the daemon anew. Nothing is polled, and nobody's PID is trusted.
 */

/** What an orderly end writes. */
export const FAREWELL = "bye\n";

/** Seconds of life after which a death is not one of a row. */
const STABLE_S = 60;
/** Longest wait between two starts, in seconds. */
const MAX_DELAY_S = 60;

/** Exit codes with which trying again cannot help: usage, locked, permission, configuration. */
const FINAL = "2|75|77|78";

/**
 * Variable with the program that the guard starts. Not an argument: the runtime rewrites a command line in which it finds
 * itself.
 */
export const PROGRAM_VARIABLE = "APPD_INTERNAL_PROGRAM";

/** Variable with the directory that the daemon was started in, and is to be started in again where it is still there. */
export const DIRECTORY_VARIABLE = "APPD_INTERNAL_DIRECTORY";

/** What a guard writes of a start that failed, below that start's own words; the code and the time follow. */
const FAILED = "the start failed with exit code";

/** Whose guard it is: the name of the program, and the home of the instance. */
export interface Guarded {
  readonly program: string;
  readonly home: string;
}

/** What a guard is called in its command line. */
function guardName({ program }: Guarded): string {
  return `${program}-guard`;
}

/**
 * The FIFO is its stdin, so that it sees the end also of a daemon that dies before it has read a word. $1: the home, by
 * which a guard is known; $2: seconds to wait before the first start; then the words with which the daemon is started.
 */
const SCRIPT = `: guard of a daemon
delay=$2; shift 2
began=$(date +%s)
read -r word
exec </dev/null
[ "$word" = bye ] && exit 0
[ $(($(date +%s) - began)) -lt ${STABLE_S} ] || delay=1
while :; do
  sleep "$delay"
  (cd "$${DIRECTORY_VARIABLE}" 2>/dev/null; exec "$${PROGRAM_VARIABLE}" "$@"); code=$?
  [ "$code" = 0 ] && exit 0
  echo "$0: ${FAILED} $code at $(date -u +%Y-%m-%dT%H:%M:%SZ)" >&2
  case $code in ${FINAL}) exit "$code" ;; esac
  delay=$((delay * 2)); [ "$delay" -le ${MAX_DELAY_S} ] || delay=${MAX_DELAY_S}
done`;

/** argv of a guard. @param of `deaths`: how often the daemon died within the last minutes; `words`: after the program's name */
export function guardCommand(
  guarded: Guarded,
  { deaths, words }: { readonly deaths: number; readonly words: readonly string[] },
): string[] {
  const delay = Math.min(MAX_DELAY_S, 2 ** Math.min(deaths, 6));
  return ["/bin/sh", "-c", SCRIPT, guardName(guarded), guarded.home, `${delay}`, ...words];
}

/** A start of a guard that failed. */
export interface FailedStart {
  /** ISO 8601, to the second. */
  readonly at: string;
  /** In the words of the start, else its exit code. */
  readonly error: string;
}

/** The last start that failed, from what a guard and its starts have written. */
export function lastFailure(guarded: Guarded, text: string): FailedStart | undefined {
  const lines = text.split("\n");
  const mark = `${guardName(guarded)}: ${FAILED} `;
  const last = lines.findLastIndex((line) => line.startsWith(mark));
  const [, code, at] = /^(\d+) at (\S+)$/.exec(lines[last]?.slice(mark.length) ?? "") ?? [];
  if (code === undefined || at === undefined) return undefined;
  const before = lines.slice(0, last);
  const said = before.slice(before.findLastIndex((line) => line.startsWith(mark)) + 1)
    .findLast((line) => line.startsWith(`${guarded.program}: `));
  return { at, error: said?.slice(guarded.program.length + 2) ?? `exit code ${code}` };
}

/** Seconds that a command of the script waits; undefined for any other command. */
export function waitOf(words: readonly string[]): number | undefined {
  const [command, seconds] = words;
  return command === "sleep" && seconds !== undefined ? Number(seconds) : undefined;
}

/** Whether a command line is that of a guard of this program and home. */
export function isGuardOf(guarded: Guarded, words: readonly string[]): boolean {
  return words[3] === guardName(guarded) && words[4] === guarded.home;
}
