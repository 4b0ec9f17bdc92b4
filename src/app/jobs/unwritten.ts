import { join } from "node:path";
import { errnoOf } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { Statement } from "../../jobs/ledger_sql.ts";
import type { Books } from "../../jobs/store_ledger.ts";
import { type Files, writeFileAtomic } from "../../system/files.ts";

/** Where history waits that the database did not take before the daemon ended. */
const FILE_NAME = ".unwritten.json";

interface Place {
  readonly files: Files;
  /** Of the jobs. */
  readonly directory: string;
  readonly log: Logger;
}

/** Keeps what could not be written for the next daemon. */
export function keepUnwritten({ files, directory, log }: Place, statements: readonly Statement[]): void {
  if (statements.length === 0) return;
  try {
    writeFileAtomic(files, join(directory, FILE_NAME), JSON.stringify(statements, withBytes), 0o600);
    log.warn("the database takes no history, the next daemon writes it", { changes: statements.length });
  } catch (error) {
    log.error("history of jobs is lost: neither the database nor a file takes it", {
      changes: statements.length,
      error,
    });
  }
}

/** Writes what the daemon before could not, before anything is read. Where that fails, it stays for the next time. */
export async function writeKept({ files, directory, log }: Place, books: Books): Promise<void> {
  const path = join(directory, FILE_NAME);
  const statements = read(files, path);
  if (statements === undefined) return;
  await books.write(statements);
  files.unlink(path);
  log.info("wrote the history that an earlier daemon could not", { changes: statements.length });
}

function read(files: Files, path: string): Statement[] | undefined {
  try {
    return JSON.parse(files.readText(path), asBytes) as Statement[];
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** JSON has no bytes; `output` is the only column that holds any. */
function withBytes(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { bytes: [...value] } : value;
}

function asBytes(_key: string, value: unknown): unknown {
  const bytes = (value as { bytes?: unknown } | null)?.bytes;
  return Array.isArray(bytes) ? Uint8Array.from(bytes as number[]) : value;
}
