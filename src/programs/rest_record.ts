import { join } from "node:path";
import { errnoOf } from "../base/errors.ts";
import { type Files, writeAll } from "../system/files.ts";
import type { Exit } from "./program_spec.ts";

/**
 * What one daemon leaves for the next about a program that does not run, and is not to: it was stopped by hand, or it has
 * ended as expected. Only for a daemon that dies or leaves; one that stops in order forgets it, and so does a boot.
 */
export interface RestRecord {
  readonly bootId: string;
  /** See specMark: a program that was changed meanwhile is another one. */
  readonly spec: string;
  readonly as: "stopped" | "exited";
  /** How it ended, or who asked for the stop. */
  readonly reason: string;
  /** Since when it is so: wall time in milliseconds. */
  readonly at: number;
  readonly restarts: number;
  /** How and when (wall, milliseconds) the last life ended; null when there was none. */
  readonly exit: { readonly how: Exit; readonly at: number } | null;
}

type RestFiles = Pick<Files, "open" | "write" | "close" | "unlink" | "readText">;

const pathOf = (directory: string) => join(directory, "rest.json");

/** Throws what node throws. @param directory of the program */
export function writeRest(files: RestFiles, directory: string, record: RestRecord): void {
  removeRest(files, directory);
  const fd = files.open(pathOf(directory), { access: "write", exclusive: true, mode: 0o600 });
  try {
    writeAll(files, fd, new TextEncoder().encode(JSON.stringify(record) + "\n"));
  } finally {
    files.close(fd);
  }
}

/** The record; undefined when there is none, or it is not whole. */
export function readRest(files: RestFiles, directory: string): RestRecord | undefined {
  try {
    const value = JSON.parse(files.readText(pathOf(directory))) as Omit<RestRecord, "at"> & Partial<RestRecord>;
    if (!["stopped", "exited"].includes(value.as)) return undefined;
    return { ...value, at: value.at ?? value.exit?.at ?? 0 }; // There was a time when nobody kept it.
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) !== undefined) return undefined;
    throw error;
  }
}

export function removeRest(files: Pick<Files, "unlink">, directory: string): void {
  files.unlink(pathOf(directory));
}
