import fs from "node:fs/promises";
import { basename } from "node:path";
import process from "node:process";
import { AppdError } from "../../src/mod.ts";
import { copyWithChecksum } from "./checksum.ts";
import { linkInto, workshopPath } from "./target.ts";

/**
 * Puts a copy of a file into the inbox, where it appears whole or not at all; needs no daemon.
 *
 * @param from path as given, relative to the working directory
 * @returns its path below the inbox; with a number when the name is taken
 * @throws AppdError (io) when it cannot be read or the inbox cannot be written
 */
export async function addFile(inbox: string, from: string): Promise<string> {
  const draft = await workshopPath(inbox, `add-${process.pid}-${crypto.randomUUID()}`).catch((error) =>
    fail(inbox, error)
  );
  try {
    await copyWithChecksum(from, draft, { signal: new AbortController().signal, progress() {} });
    return await linkInto(inbox, draft, { path: basename(from), choose: () => Promise.resolve() });
  } catch (error) {
    return fail(from, error);
  } finally {
    await fs.rm(draft, { force: true });
  }
}

function fail(what: string, error: unknown): never {
  const { code, message } = error as { code?: string; message: string };
  if (code === undefined) throw error; // A bug
  throw new AppdError(`cannot add "${what}": ${message}`, {
    exit: "io",
    cause: error,
    hint: `look at it: ls -l "${what}"`,
  });
}
