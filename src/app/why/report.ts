import { cannot, messageOf } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import type { ProgramStatus } from "../../base/program_reports.ts";
import type { WhyReport } from "../../base/why_reports.ts";
import type { Words } from "../../base/words.ts";
import { readLog } from "../../logging/read_log.ts";
import type { Files } from "../../system/files.ts";
import { loggerOfPart, type PartsOfApp } from "../kit/part_logger.ts";
import type { Journal } from "../events/journal.ts";
import { whyOf } from "./why.ts";

/** What `appd why` is answered from. */
export interface WhySources {
  readonly files: Files;
  readonly app: PartsOfApp;
  readonly journal: Journal;
  /** All programs as they are now. */
  readonly programs: readonly ProgramStatus[];
  /** Wall time in milliseconds. */
  readonly now: number;
  /** False for the command after `--`. */
  readonly configured: boolean;
  /** Of the program that is asked. */
  readonly words: Words;
}

/** So many last lines are shown, and so many bytes of each. */
const LINES = 10;
const LINE_BYTES = 400;

/**
 * Why a program is in its state, with the end of its log. Of a program with several instances it is the one that is most in
 * trouble.
 *
 * @throws AppdError (notRunning) when there is no such program
 */
export async function explainProgram(name: string, sources: WhySources): Promise<WhyReport> {
  const { journal, programs, now, configured, words } = sources;
  const program = find(name, programs);
  const others = programs.filter((one) => one.family === name && one !== program);
  const report = whyOf({
    program,
    programs,
    eventsOf: (one) => journal.of(one),
    daemonEvents: journal.since(0).filter((event) => event.program === null),
    lastOutput: isWell(program) ? [] : await lastLines(program, sources),
    now,
    configured,
  });
  const more = others.slice(0, 3).map((one) => `appd why ${one.name}`);
  return inWords({ ...report, hints: [...report.hints, ...more] }, words);
}

/** Sentences and commands of ours; what the program wrote stays as it is. */
function inWords(report: WhyReport, words: Words): WhyReport {
  return {
    ...report,
    summary: words(report.summary),
    chain: report.chain.map((link) => ({ ...link, message: words(link.message) })),
    hints: report.hints.map(words),
  };
}

/** From the best to the worst. */
const WORST: readonly ProgramStatus["state"][] = [
  "running",
  "stopped",
  "stopping",
  "exited",
  "starting",
  "backoff",
  "failed",
];

function find(name: string, programs: readonly ProgramStatus[]): ProgramStatus {
  const found = programs.find((program) => program.name === name);
  const rank = ({ state, ready }: ProgramStatus) => WORST.indexOf(state) + (ready ? 0 : 0.5);
  const [worst] = programs.filter(({ family }) => family === name).sort((a, b) => rank(b) - rank(a));
  if (found !== undefined || worst !== undefined) return found ?? worst as ProgramStatus;
  const near = nearest(name, programs.map((program) => program.name));
  throw cannot(["explain", name], "there is no such program", {
    exit: "notRunning",
    hint: near === undefined ? "list them: appd programs" : `did you mean "${near}"?`,
  });
}

function isWell({ state, ready, live, crash_loop }: ProgramStatus): boolean {
  return state === "running" && ready && live !== false && !crash_loop;
}

/** The end of the log: read backwards, and never from a compressed archive, so that the answer is quick. */
async function lastLines({ kind, log_file, name }: ProgramStatus, { files, app }: WhySources): Promise<string[]> {
  const logger = kind === "service" ? loggerOfPart(app, name) : undefined;
  const plain = {
    ...files,
    list: (directory: string) => files.list(directory).filter((name) => !name.endsWith(".gz")),
  };
  try {
    const lines = await Array.fromAsync(readLog(log_file, { lines: LINES, logger }, { files: plain }));
    return lines.map((line) => new TextDecoder().decode(line.subarray(0, LINE_BYTES)));
  } catch (error) {
    return [`(${messageOf(error)})`]; // The rest of the answer is worth more than this.
  }
}
