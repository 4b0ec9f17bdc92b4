import type { FileRecord } from "./file_book.ts";
import type { FileState } from "./file_state.ts";

/** A file as endpoints and `--json` tell of it. Keys may be added, never renamed. */
export interface FileReport {
  readonly id: number;
  /** Below the inbox. */
  readonly path: string;
  readonly state: FileState;
  readonly attempt: number;
  /** Bytes. */
  readonly size: number;
  /** The last run that took it: `job_id` in the log, `id` in `vpo jobs history process`. */
  readonly run_id: number | null;
  readonly container: string | null;
  readonly sha256: string | null;
  readonly place: FileRecord["place"];
  /** Below its place. */
  readonly target: string | null;
  readonly reason: string | null;
  /** ISO 8601. */
  readonly found_at: string;
  readonly changed_at: string;
}

export interface FilesReport {
  /** Newest first. */
  readonly files: readonly FileReport[];
}

/** `vpo queue`. */
export interface QueueReport {
  readonly running: readonly FileReport[];
  /** In the order of their turns. */
  readonly waiting: readonly FileReport[];
  /** By this host's fault, and those whose run was cancelled. */
  readonly failed: readonly FileReport[];
  readonly counts: Readonly<Partial<Record<FileState, number>>>;
}

export function reportOf(file: FileRecord): FileReport {
  const { id, path, state, attempt, size, container, sha256, place, target, reason } = file;
  return {
    ...{ id, path, state, attempt, size, run_id: file.runId, container, sha256, place, target, reason },
    found_at: new Date(file.foundAt).toISOString(),
    changed_at: new Date(file.changedAt).toISOString(),
  };
}
