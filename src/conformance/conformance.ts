import { join } from "node:path";
import { messageOf } from "../base/errors.ts";
import { CLI_CHECKS } from "./checks_cli.ts";
import { CONFIG_CHECKS } from "./checks_config.ts";
import { HTTP_CHECKS } from "./checks_http.ts";
import { INSTANCE_CHECKS } from "./checks_instance.ts";
import { JOB_CHECKS } from "./checks_jobs.ts";
import { LIFE_CHECKS } from "./checks_life.ts";
import { LOG_CHECKS } from "./checks_logs.ts";
import { PROGRAM_CHECKS } from "./checks_programs.ts";
import { SERVICE_CHECKS } from "./checks_services.ts";
import { SIGNAL_CHECKS } from "./checks_signals.ts";
import { type Check, Violation } from "./check.ts";
import { type Bench, Subject } from "./subject.ts";

/** Everything that is promised, in the order in which it is tried. */
export const CHECKS: readonly Check[] = [
  ...CLI_CHECKS,
  ...LIFE_CHECKS,
  ...INSTANCE_CHECKS,
  ...CONFIG_CHECKS,
  ...SIGNAL_CHECKS,
  ...LOG_CHECKS,
  ...HTTP_CHECKS,
  ...PROGRAM_CHECKS,
  ...JOB_CHECKS,
  ...SERVICE_CHECKS,
];

/** What came of one check. */
export interface Verdict {
  readonly id: string;
  readonly says: string;
  readonly source: string | null;
  readonly ok: boolean;
  /** What speaks against it; null when nothing does. */
  readonly observation: string | null;
  readonly duration_s: number;
}

export interface ConformanceOptions {
  /** Absolute path of the binary, and the name that its `version --json` gives. */
  readonly binary: string;
  readonly name: string;
  readonly checks: readonly Check[];
  /** How many run at once. */
  readonly parallel: number;
  /** Absolute, empty; each check gets a HOME of its own below it. */
  readonly scratch: string;
  /** Hears of each verdict, in the order in which they come. */
  readonly onVerdict: (verdict: Verdict) => void;
  /** Nothing new begins after it was aborted. */
  readonly signal: AbortSignal;
}

/** Tries the checks on a binary, each in a home of its own, and cleans up after each. @returns the verdicts, in the checks' order */
export async function conformance(bench: Bench, options: ConformanceOptions): Promise<readonly Verdict[]> {
  const { checks, parallel, signal, onVerdict } = options;
  const verdicts = new Map<string, Verdict>();
  const waiting = [...checks];
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined && !signal.aborted; check = waiting.shift()) {
      const verdict = await judge(bench, check, options);
      verdicts.set(check.id, verdict);
      onVerdict(verdict);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return checks.flatMap(({ id }) => verdicts.get(id) ?? []);
}

async function judge(bench: Bench, check: Check, options: ConformanceOptions): Promise<Verdict> {
  const { id, says, source = null } = check;
  const began = bench.clock.monotonic();
  const verdict = (observation: string | null): Verdict => {
    const duration_s = Math.round(bench.clock.monotonic() - began) / 1000;
    return { id, says, source, ok: observation === null, observation, duration_s };
  };
  const userHome = join(options.scratch, `${CHECKS.indexOf(check)}`); // Short: a socket's path may have 107 bytes.
  bench.files.makeDirectory(userHome, 0o700);
  const subject = new Subject(bench, { binary: options.binary, name: options.name, userHome });
  try {
    try {
      await check.run(subject);
    } finally {
      await subject.close();
    }
    return verdict(null);
  } catch (error) {
    return verdict(observationOf(error));
  }
}

/** A check that trips over an answer has found something too: it is not what was promised. */
function observationOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? ` (${messageOf(error.cause)})` : "";
  return error instanceof Violation ? `${error.message}${cause}` : `unexpected: ${messageOf(error)}`;
}
