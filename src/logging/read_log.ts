import { systemFiles } from "../system/files.ts";
import type { LogQuery } from "./log_query.ts";
import { type ReadFiles, snapshotOrThrow } from "./log_snapshot.ts";
import { readSnapshot } from "./snapshot_reader.ts";

export { followLog, type FollowOptions } from "./follow_log.ts";
export type { LogQuery } from "./log_query.ts";

/** Options of {@link readLog}. */
export interface ReadLogOptions {
  /** Default: the machine's. */
  readonly files?: ReadFiles;
  /** Gets one line of text for each archive that is damaged; what can be read of it is shown. */
  readonly complain?: (text: string) => void;
}

/**
 * The lines of the log at `path` that match, oldest first, as bytes without their newlines: from the archives, also
 * the compressed ones, and the current file. Opens no more archives than it must. No log at all is no lines.
 *
 * @throws AppdError when the log cannot be read
 */
export async function* readLog(
  path: string,
  query: LogQuery,
  options: ReadLogOptions = {},
): AsyncGenerator<Uint8Array> {
  const files = options.files ?? systemFiles;
  const snapshot = snapshotOrThrow(files, path);
  try {
    yield* readSnapshot({ files, snapshot, complain: options.complain ?? (() => {}) }, query);
  } finally {
    if (snapshot.current !== undefined) files.close(snapshot.current.fd);
  }
}
