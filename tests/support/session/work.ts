/** What the lines of work of a session have in common: one for each app. */
import type { Random } from "../../faults/seed.ts";
import type { Instance } from "../instance.ts";
import type { Diary } from "./diary.ts";

/** What a line of work is given. */
export interface Given {
  /** HOME of all apps. */
  readonly root: string;
  /** A directory outside of it for what the work is about. */
  readonly workshop: string;
  /** Its own, so that the order of its steps can be repeated. */
  readonly chance: Random;
  readonly diary: Diary;
}

/** The work that one app has to do while it is killed, reloaded and its log is rotated; and what became of it. */
export interface Work extends AsyncDisposable {
  readonly name: string;
  readonly app: Instance;
  /** Writes config.toml. @param turn another number is another value of a setting that a reload applies */
  configure(turn: number): void;
  /** Works until `signal` aborts; then whatever was begun is at its end. */
  go(signal: AbortSignal): Promise<void>;
  /** Waits, with a limit, until the app has done what it was given. It runs, and nobody disturbs it any more. */
  settle(): Promise<void>;
  /** What was lost, doubled, torn or wrong. The app is stopped. */
  losses(): Promise<readonly string[]>;
  /** What was done, for the record. */
  figures(): Readonly<Record<string, number>>;
  /** Its database in its home; undefined when it has no jobs. */
  readonly database: string | undefined;
  /** Every name in its home that is its own. */
  readonly files: RegExp;
}

/** JSON records, and archives enough that none is removed. */
export const LOG = `\n[log]\nformat = "json"\nmax_files = 100000\nmax_total = "4GiB"\nmax_age = "1d"\n`;

/** What every daemon has in its home. */
export const COMMON_FILES =
  /^(config\.toml|daemon\.(pid|lock|log|err)|daemon\.log\.[\w.-]+|start\.lock|state\.json|control\.sock|jobs|programs)$/;

/** Lets time pass between two steps, and ends early with `signal`. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => (clearTimeout(timer), signal.removeEventListener("abort", end), resolve());
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
