/**
 * The logging room owns every line that is kept: the records of the daemon, made by LogTape and written as text, JSON
 * or for the journal, and the rotating files that these records and the programs' output go into, and are read from.
 *
 * It never decides what is worth saying, never looks into a program's output, and never throws at who logs.
 */
import { type Config as TapeConfig, configureSync, getConfig, type LogRecord, resetSync } from "@logtape/logtape";
import { messageOf } from "../base/errors.ts";
import type { LoggerFactory, LogLevel } from "../base/logger.ts";
import type { Clock } from "../system/clock.ts";
import type { Files } from "../system/files.ts";
import type { Stderr } from "../system/stdio.ts";
import type { Loss } from "./appender.ts";
import type { Compressor } from "./compressor.ts";
import { createOutputs, type Outputs } from "./outputs.ts";
import type { LogEvent } from "./record_format.ts";
import { type Redact, redactSecrets } from "./redact.ts";
import type { RotationPolicy } from "./rotation_policy.ts";
import type { LogProblem } from "./rotating_file.ts";
import { plainFields } from "./safe_fields.ts";
import { createLoggerFactory, fromTapeLevel, toTapeLevel } from "./tape_logger.ts";

/** Where records go. */
export type LogOutput = "file" | "stderr" | "journald";

/** The settings of the section `[log]`. */
export interface LoggingConfig {
  readonly level: LogLevel;
  /** Logger name, with dots → its own level, which also holds for the loggers below it. */
  readonly levels: Readonly<Record<string, LogLevel>>;
  readonly format: "text" | "json";
  readonly outputs: readonly LogOutput[];
  /** Absolute. */
  readonly file: string;
  readonly rotation: RotationPolicy;
}

/** Ports of {@link createLogging}. */
export interface LoggingDeps {
  /** Name of the program: of the root logger, and before what is said on stderr. */
  readonly root: string;
  readonly clock: Clock;
  readonly files: Files;
  readonly stderr: Stderr;
  readonly compressor: Compressor;
  /** Hides what must not be shown. Default: the values of fields named after secrets. */
  readonly redact?: Redact;
}

/** The log of the process. */
export interface Logging extends AsyncDisposable {
  readonly logger: LoggerFactory;
  /**
   * Changes levels, format, outputs, file and rotation. When the new file cannot be opened all stays as it was.
   *
   * @throws AppdError when the log file cannot be opened
   */
  apply(config: LoggingConfig): void;
  /** Rotates the log file, if there is one; see RotatingFile.rotate. */
  rotate(): Promise<void>;
  /** Opens the log file again, because something else moved it. */
  reopen(): void;
  /** What fails at present, as sentences for health; empty when all is well. */
  problems(): readonly string[];
  /** The same for the log file, with its counts. */
  readonly fileProblem: LogProblem | undefined;
  /** Records lost from log files since the start, for metrics. */
  readonly dropped: Loss;
}

/**
 * Configures LogTape for this process, replacing whatever configuration it had, until disposed.
 *
 * @throws AppdError when the log file cannot be opened
 */
export function createLogging(config: LoggingConfig, deps: LoggingDeps): Logging {
  let current = config;
  const outputs = createOutputs(config, deps);
  const complain = outputs.complain;
  let tape = configure(config, { outputs, redact: deps.redact ?? redactSecrets });
  return {
    logger: createLoggerFactory({ root: deps.root, clock: deps.clock, complain }),
    apply(next) {
      outputs.apply(next);
      current = next;
      tape = configure(current, { outputs, redact: deps.redact ?? redactSecrets });
    },
    rotate: () => outputs.rotate(),
    reopen: () => outputs.reopen(),
    problems: () => outputs.problem === undefined ? [] : [sentence(outputs.problem)],
    get fileProblem() {
      return outputs.problem;
    },
    get dropped() {
      return outputs.dropped;
    },
    async [Symbol.asyncDispose]() {
      if (getConfig() === tape) resetSync();
      await outputs.close();
    },
  };
}

function sentence(problem: LogProblem): string {
  const lost = `${problem.droppedLines} lines (${problem.droppedBytes} bytes) lost`;
  const since = new Date(problem.since).toISOString();
  return `${problem.error}, since ${since}${problem.droppedBytes > 0 ? `, ${lost}` : ""}`;
}

/** No logger's name, or one of LogTape's own. */
const RESERVED = /^$|^logtape(\.|$)/;

type Tape = TapeConfig<"outputs" | "meta", never>;

/** The root level, the levels of single loggers, and LogTape's own complaints, which must not come back as records. */
function configure(config: LoggingConfig, parts: { outputs: Outputs; redact: Redact }): Tape {
  const levels = new Map(Object.entries(config.levels).filter(([name]) => !RESERVED.test(name)));
  const tape: Tape = {
    reset: true,
    sinks: {
      outputs: (record) => parts.outputs.write(toEvent(record, { levels, level: config.level, redact: parts.redact })),
      meta: (record) => parts.outputs.complain(`logging failed: ${messageOf(record.properties.error)}`),
    },
    loggers: [
      { category: [], sinks: ["outputs"], lowestLevel: toTapeLevel(config.level) },
      { category: ["logtape", "meta"], sinks: ["meta"], parentSinks: "override", lowestLevel: "error" },
      ...[...levels].map(([name, level]) => ({
        category: name.split("."),
        sinks: ["outputs" as const],
        parentSinks: "override" as const,
        lowestLevel: toTapeLevel(level),
      })),
    ],
  };
  configureSync(tape);
  return tape;
}

interface EventContext {
  readonly levels: ReadonlyMap<string, LogLevel>;
  readonly level: LogLevel;
  readonly redact: Redact;
}

function toEvent(record: LogRecord, context: EventContext): LogEvent {
  const logger = record.category.join(".");
  const stacks = levelOf(logger, context) === "debug";
  return {
    time: record.timestamp,
    level: fromTapeLevel(record.level),
    logger,
    message: record.message.map(String).join(""),
    fields: plainFields(record.properties, { redact: context.redact, stacks }),
  };
}

function levelOf(logger: string, { levels, level }: EventContext): LogLevel {
  for (let name = logger; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
    const own = levels.get(name);
    if (own !== undefined) return own;
  }
  return level;
}
