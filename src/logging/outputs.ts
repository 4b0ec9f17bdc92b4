import { escapeControls } from "../base/escape.ts";
import { formatJournal, formatJson, formatText, type LogEvent, type RecordFormat } from "./record_format.ts";
import type { Loss } from "./appender.ts";
import { gapLine, type GapReport } from "./gap.ts";
import type { LoggingConfig, LoggingDeps } from "./logging.ts";
import { type LogProblem, openRotatingFile, type RotatingFile } from "./rotating_file.ts";

/** The places that records are written to, as the configuration names them. */
export interface Outputs {
  readonly problem: LogProblem | undefined;
  /** Lost from log files so far. */
  readonly dropped: Loss;
  write(event: LogEvent): void;
  /** Writes one line to stderr, whatever the outputs are. */
  complain(text: string): void;
  /** @throws AppdError when a new log file cannot be opened; all stays as it was then */
  apply(config: LoggingConfig): void;
  rotate(): Promise<void>;
  reopen(): void;
  close(): Promise<void>;
}

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
    const priority = config.outputs.includes("journald") ? "<3>" : ""; // Or it would be there as news, sd-daemon(3).
    deps.stderr.write(encoder.encode(`${priority}appd: ${escapeControls(text)}\n`));
  }

  /** The marker of lost lines is a record too, so that each line of the log can be read as one. */
  function gapRecord(gap: GapReport): string {
    const fields = { lines: gap.lines, bytes: gap.bytes };
    const message = gapLine(gap);
    return fileFormat(config)({ time: gap.until, level: "error", logger: "appd.logging", message, fields });
  }

  function toStderr(event: LogEvent, format: RecordFormat): void {
    deps.stderr.write(encoder.encode(`${format(event)}\n`));
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
      if (config.outputs.includes("stderr")) toStderr(event, fileFormat(config));
      if (config.outputs.includes("journald")) toStderr(event, journalFormat(config));
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
  return format === "json" ? (event) => `${formatJournal(event).slice(0, 3)}${formatJson(event)}` : formatJournal;
}
