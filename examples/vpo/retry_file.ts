import fs from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppdError } from "../../src/mod.ts";
import type { FileBook, FileRecord } from "./file_book.ts";
import { syncDirectory } from "./inbox.ts";
import type { Library } from "./settings.ts";

/** What has no way back into the queue, and what to do instead. */
const HINTS: Partial<Record<FileRecord["state"], string>> = {
  waiting: "its turn comes: vpo queue",
  processing: "it is in work: vpo queue",
  moving: "it is in work: vpo queue",
  done: "bring it to the inbox again: vpo add FILE",
  gone: "bring it to the inbox again: vpo add FILE",
};

/**
 * Gives a file another turn: one that failed, was cancelled or was refused, which comes back from the quarantine.
 *
 * @param path below the inbox
 * @throws AppdError (generic) when it is in no such state, or its name in the inbox is taken; (io) when it cannot be moved
 */
export async function retryFile(
  path: string,
  { book, library }: { readonly book: FileBook; readonly library: Library },
): Promise<FileRecord> {
  const file = await book.find(path);
  if (file === undefined) throw refuse(path, "vpo knows no such file", "see which there are: vpo files");
  const hint = HINTS[file.state];
  if (hint !== undefined) throw refuse(path, `it is ${file.state}`, hint);
  if (file.state === "quarantined") await comeBack(file, library);
  const retried = await book.apply("retried", file) ?? await takenUp(file, book);
  if (retried === undefined) throw refuse(path, "its state has just changed", "look again: vpo queue");
  return retried;
}

/** What came back lies in the inbox, and the watcher may have found it there already: that is its other turn. */
async function takenUp({ id, path, attempt }: FileRecord, book: FileBook): Promise<FileRecord | undefined> {
  const now = await book.find(path);
  return now?.id === id && now.attempt > attempt ? now : undefined;
}

/** Gives another turn to every file that failed or was cancelled. @returns how many */
export async function retryAll(book: FileBook): Promise<number> {
  const files = await book.list({ states: ["failed", "interrupted"], limit: 1_000_000 });
  const retried = await Promise.all(files.map((file) => book.apply("retried", file)));
  return retried.filter((file) => file !== undefined).length;
}

/**
 * The file leaves the quarantine last: until then its name is not free there, and no run that refuses it anew can have put
 * another reason beside it.
 */
async function comeBack({ path, target }: FileRecord, { inbox, quarantine }: Library): Promise<void> {
  const from = join(quarantine, target ?? path);
  try {
    await fs.mkdir(dirname(join(inbox, path)), { recursive: true });
    await fs.link(from, join(inbox, path)); // Not a rename: that would take the place of a file that came meanwhile.
    await fs.rm(`${from}.reason.txt`, { force: true });
    await fs.rm(from);
  } catch (error) {
    if ((error as { code?: string }).code === "EEXIST") {
      throw refuse(path, "the inbox has another file of this name", "wait for its turn: vpo queue");
    }
    throw new AppdError(`cannot move "${from}": ${(error as Error).message}`, {
      exit: "io",
      cause: error,
      hint: "move it into the inbox by hand",
    });
  }
  for (const directory of [dirname(from), dirname(join(inbox, path))]) await syncDirectory(directory);
}

function refuse(path: string, cause: string, hint: string): AppdError {
  return new AppdError(`cannot retry "${path}": ${cause}`, { exit: "generic", hint });
}
