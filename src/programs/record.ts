import { join } from "node:path";
import { errnoOf } from "../base/errors.ts";
import { type Files, writeAll } from "../system/files.ts";
import type { Life } from "./state.ts";

/** What one daemon leaves for the next about a program that runs. The FIFO says which process it is; this says the rest. */
export interface ProgramRecord {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
  /** Wall time in milliseconds. */
  readonly startedAt: number;
  readonly generation: number;
  readonly restarts: number;
  /** Its readiness probe had succeeded. */
  readonly ready?: boolean;
  /** See specMark. */
  readonly spec: string;
  readonly stopSignal: Deno.Signal;
  /** Milliseconds. */
  readonly stopTimeout: number;
}

type RecordFiles = Pick<Files, "open" | "write" | "close" | "rename" | "unlink" | "readText">;

const pathOf = (directory: string) => join(directory, "state.json");

/**
 * Replaces the record by a rename, so that a reader sees one or the other. Not synced to the disk: after a power loss
 * there is no process that it could tell about. Throws what node throws.
 *
 * @param directory of the program
 */
export function writeRecord(files: RecordFiles, directory: string, record: ProgramRecord): void {
  const temp = `${pathOf(directory)}.tmp`;
  const fd = openTemp(files, temp);
  try {
    writeAll(files, fd, new TextEncoder().encode(JSON.stringify(record) + "\n"));
  } finally {
    files.close(fd);
  }
  files.rename(temp, pathOf(directory));
}

/** A crash may have left the file; nobody else writes here, the daemon holds the instance's lock. */
function openTemp(files: RecordFiles, path: string): number {
  const options = { access: "write", exclusive: true, mode: 0o600 } as const;
  try {
    return files.open(path, options);
  } catch (error) {
    if ((error as { code?: string }).code !== "EEXIST") throw error;
    files.unlink(path);
    return files.open(path, options);
  }
}

/** The record, or undefined when there is none, it is not one, or it cannot be read: the processes tell all the same. */
export function readRecord(files: RecordFiles, directory: string): ProgramRecord | undefined {
  try {
    const value: unknown = JSON.parse(files.readText(pathOf(directory)));
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) !== undefined) return undefined;
    throw error;
  }
}

export function removeRecord(files: RecordFiles, directory: string): void {
  files.unlink(pathOf(directory));
}

function isRecord(value: unknown): value is ProgramRecord {
  if (typeof value !== "object" || value === null) return false;
  const { pid, startTime, bootId, startedAt, generation, restarts, spec, stopSignal, stopTimeout } = value as Record<
    string,
    unknown
  >;
  const numbers = [pid, startedAt, generation, restarts, stopTimeout].every((n) => Number.isFinite(n));
  const texts = [startTime, bootId, spec, stopSignal].every((text) => typeof text === "string");
  return numbers && texts && Number.isInteger(pid) && (pid as number) > 1 &&
    /^SIG[A-Z0-9]+$/.test(stopSignal as string);
}

/** The life that a record tells about, in the terms of this daemon's clock. */
export function lifeOfRecord(record: ProgramRecord, clock: { now(): number; monotonic(): number }): Life {
  const age = Math.max(0, clock.now() - record.startedAt);
  const { pid, startTime, generation, startedAt } = record;
  return { pid, startTime, generation, startedAt, startedMono: clock.monotonic() - age, adopted: true };
}
