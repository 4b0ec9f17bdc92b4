/** Whether a daemon's log, with all its archives, is whole. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { logFiles, readWhole } from "../../faults/numbered_lines.ts";
import type { Diary } from "./diary.ts";
import type { Work } from "./work.ts";

export interface LogRecord {
  readonly timestamp: string;
  readonly level: string;
  readonly logger: string;
  readonly message: string;
  readonly run_id?: number;
  readonly outcome?: string;
}

/** The records of a log, oldest first, and what of it is none. */
export interface LogBook {
  readonly records: readonly LogRecord[];
  readonly torn: readonly string[];
}

export function logBookOf({ app, name }: Work): LogBook {
  const { lines, torn } = logLines(join(app.home, "daemon.log"));
  const records: LogRecord[] = [];
  const strange: string[] = [];
  for (const line of lines) {
    const record = recordOf(line);
    if (record?.logger.split(".")[0] === name) records.push(record);
    else strange.push(line.slice(0, 200));
  }
  return { records, torn: [...torn, ...strange] };
}

/** The lines of a log, oldest first, and what ends in the middle of one. A file is empty until its first line. */
export function logLines(path: string): { lines: readonly string[]; torn: readonly string[] } {
  const pieces = logFiles(path).map((file) => new TextDecoder().decode(readWhole(file)).split("\n"));
  const torn = pieces.map((piece) => piece.pop() ?? "").filter((rest) => rest !== "");
  return { lines: pieces.flat(), torn: torn.map((rest) => `${path} has a file that ends with ${rest.slice(0, 200)}`) };
}

function recordOf(line: string): LogRecord | undefined {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A run's end is written into the database, then into the log: between the two there is time for a kill. */
const BETWEEN_MS = 2_000;

/** Runs whose end is not in the log exactly once, by the numbers that the database has. */
export function runsAmiss({ app, database }: Work, { records }: LogBook, diary: Diary): string[] {
  if (database === undefined) return [];
  using db = new DatabaseSync(join(app.home, database), { readOnly: true, timeout: 5000 });
  const ended = db.prepare("SELECT id, ended_at FROM runs WHERE state IN ('ok', 'failed')").all();
  const told = records.filter(({ message }) => /^run \d+ ended: (ok|failed)/.test(message));
  const counts = Map.groupBy(told, (record) => record.run_id);
  return ended.flatMap(({ id, ended_at: at }) => {
    const count = counts.get(Number(id))?.length ?? 0;
    const isExcused = count === 0 && diary.hasKill(Number(at), Number(at) + BETWEEN_MS);
    return count === 1 || isExcused ? [] : [`the end of run ${id} is in the log ${count} times`];
  });
}
