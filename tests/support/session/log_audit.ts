/** Whether a daemon's log, with all its archives, is whole. */
import { join } from "node:path";
import { logFiles, readWhole } from "../../faults/numbered_lines.ts";
import type { Work } from "./work.ts";

export interface LogRecord {
  readonly timestamp: string;
  readonly level: string;
  readonly logger: string;
  readonly message: string;
}

/** The records of a log, oldest first, and what of it is none. */
export interface LogBook {
  readonly records: readonly LogRecord[];
  readonly torn: readonly string[];
}

export function logBookOf({ app, name }: Work): LogBook {
  const records: LogRecord[] = [];
  const torn: string[] = [];
  for (const path of logFiles(join(app.home, "daemon.log"))) {
    const text = new TextDecoder().decode(readWhole(path));
    if (text !== "" && !text.endsWith("\n")) torn.push(`${path} ends in the middle of a line`);
    for (const line of text.split("\n").slice(0, -1)) {
      const record = recordOf(line);
      if (record?.logger.split(".")[0] === name) records.push(record);
      else torn.push(`${path}: ${line.slice(0, 200)}`);
    }
  }
  return { records, torn };
}

function recordOf(line: string): LogRecord | undefined {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
