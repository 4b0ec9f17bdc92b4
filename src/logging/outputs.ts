import { escapeControls } from "../base/escape.ts";
import {
  formatJournal,
  formatJson,
  formatText,
  type LogEvent,
  type RecordFormat,
  severityOf,
} from "./record_format.ts";
import type { Loss } from "./appender.ts";
import { gapLine, type GapReport } from "./gap.ts";
import type { LoggingConfig, LoggingDeps } from "./logging.ts";
import { openRotatingFile } from "./open_rotating_file.ts";
import type { LogProblem, RotatingFile } from "./rotating_file.ts";

/** The places that records are written to, as the configuration names them. */
export interface Outputs {
  readonly problem: LogProblem | undefined;
  /** Lost from log files so far. */
  readonly dropped: Loss;
  write(event: LogEvent): void;
  /** Writes one line to stderr, whatever the outputs are; where that has records in JSON, one of those. */
  complain(text: string): void;
  /** @throws AppdError when a new log file cannot be opened; all stays as it was then */
  apply(config: LoggingConfig): void;
  rotate(): Promise<void>;
  reopen(): void;
  close(): Promise<void>;
}

/** How bad it is when something has to be said beside the records. */
const SEVERE = severityOf("error");

/** @throws AppdError when the log file cannot be opened */
export function createOutputs(initial: LoggingConfig, deps: LoggingDeps): Outputs {
  const encoder = new TextEncoder();
  let config = initial;
  let before: Loss = { lines: 0, bytes: 0 };
  let file = wanted(initial) ? openFile(initial) : undefined;

  function wanted({ outputs }: LoggingConfig): boolean {
    return outputs.includes("file");
  }

  function openFile({ file: path, rotation: policy }: LoggingConfig): RotatingFile {
    const opened = openRotatingFile({ ...deps, path, policy, complain, gapLine: gapRecord });
    if (opened.lineBytes > 0) opened.write(encoder.encode("\n")); // Cut short by a crash; a record begins a line.
    return opened;
  }

  /** Closes a file that is no longer wanted, and remembers what it lost. */
  function retire(old: RotatingFile | undefined): void {
    void old?.close();
    before = sum(before, old?.dropped);
  }

  function complain(text: string): void {
    const { outputs, format } = config;
    if (format === "json" && outputs.includes("stderr")) return complainInJson(text);
    const severity = outputs.includes("journald") ? SEVERE : "";
    deps.stderr.write(encoder.encode(`${severity}${deps.root}: ${escapeControls(text)}\n`));
  }

  /** Whoever reads JSON there could not read anything else. */
  function complainInJson(message: string): void {
    const event = {
      time: deps.clock.now(),
      level: "error",
      logger: `${deps.root}.logging`,
      message,
      fields: {},
    } as const;
    deps.stderr.write(encoder.encode(`${formatJson(event)}\n`));
  }

  /** The marker of lost lines is a record too, so that each line of the log can be read as one. */
  function gapRecord(gap: GapReport): string {
    const fields = { lines: gap.lines, bytes: gap.bytes };
    const message = gapLine(gap, deps.root);
    return fileFormat(config)({ time: gap.until, level: "error", logger: `${deps.root}.logging`, message, fields });
  }

  return {
    complain,
    get problem() {
      return file?.problem;
    },
    get dropped() {
      return sum(before, file?.dropped);
    },
    write(event) {
      file?.write(encoder.encode(`${fileFormat(config)(event)}\n`));
      if (config.outputs.includes("stderr")) deps.stderr.write(encoder.encode(`${fileFormat(config)(event)}\n`));
      if (config.outputs.includes("journald")) deps.stderr.write(journalLine(journalFormat(config)(event)));
    },
    apply(next) {
      const same = wanted(next) && file?.path === next.file ? file : undefined;
      const fresh = same ?? (wanted(next) ? openFile(next) : undefined);
      same?.setPolicy(next.rotation);
      if (file !== fresh) retire(file);
      [config, file] = [next, fresh];
    },
    rotate: async () => await file?.rotate(),
    reopen: () => file?.reopen(),
    close: async () => await file?.close(),
  };
}

function sum(a: Loss, b: Loss = { lines: 0, bytes: 0 }): Loss {
  return { lines: a.lines + b.lines, bytes: a.bytes + b.bytes };
}

function fileFormat({ format }: LoggingConfig): RecordFormat {
  return format === "json" ? formatJson : formatText;
}

function journalFormat({ format }: LoggingConfig): RecordFormat {
  return format === "json" ? (event) => `${severityOf(event.level)}${formatJson(event)}` : formatJournal;
}

/** What the journal takes as one line, LineMax= of journald.conf(5), with room for the mark of a cut. */
const JOURNAL_LINE_BYTES = 48 * 1024 - 64;

/** A longer line would come out as two records, the second one without the first one's severity. */
function journalLine(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(`${text}\n`);
  if (bytes.length <= JOURNAL_LINE_BYTES) return bytes;
  const head = new TextDecoder().decode(bytes.subarray(0, JOURNAL_LINE_BYTES)).replace(/\ufffd+$/, "");
  return new TextEncoder().encode(`${head}… (${bytes.length} bytes)\n`);
}
