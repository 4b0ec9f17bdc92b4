import { constants } from "node:fs";
import fs from "node:fs/promises";
import { join } from "node:path";
import { checksumOf, copyWithChecksum } from "./checksum.ts";
import { type Container, containerOf, HEAD_BYTES } from "./container.ts";
import { runCommand, wordsOf } from "./file_command.ts";
import type { Turn } from "./file_book.ts";
import { FileWork, type WorkPorts } from "./file_work.ts";
import { isGone, isUnchanged } from "./inbox.ts";
import { clearWorkshops, finishMove, publish, quarantine } from "./move_file.ts";
import { GoneError, Refusal } from "./refusal.ts";
import { endStray } from "./stray.ts";
import { workshopPath } from "./target.ts";

/** Bytes of a long copy from one record of its progress to the next. */
const PROGRESS_BYTES = 256 * 1024 * 1024;

/**
 * Works on one file until it is in the outbox or in the quarantine. Every step can be cut off at any point, also by a
 * kill: what is being made is made aside, and where it goes is written down before it goes there, so that the next run goes
 * on from what it finds.
 *
 * @throws the signal's reason when it was cancelled, and whatever is this host's fault: then the file is still in the inbox
 */
export async function processFile(turn: Turn, ports: WorkPorts): Promise<void> {
  const work = await FileWork.begin(turn, ports);
  if (work === undefined) {
    return ports.log.info("nothing to do: the file is done with", { job_id: ports.run.id, file_path: turn.path });
  }
  try {
    await goOn(work);
  } catch (error) {
    await giveUp(work, error);
  }
}

async function goOn(work: FileWork): Promise<void> {
  const { file, log } = work;
  log.info("file taken up", { attempt: file.attempt, size: file.size });
  if (endStray(file.child)) log.warn("ended the command that the last daemon had left behind");
  if (file.state === "moving" && await finishMove(work)) return;
  try {
    const container = await work.step("inspect", () => inspect(work));
    const made = await work.step("transform", () => transform(work));
    await publish(work, { ...made, container });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await quarantine(work, error.message);
  }
}

/** Whatever happens here, the file is where it was. */
async function giveUp(work: FileWork, error: unknown): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof GoneError) {
    work.log.info("file is gone", { reason });
    return await work.conclude("missing", { reason });
  }
  if (work.signal.aborted) {
    work.log.info("run cancelled, the file stays in the inbox");
    await work.conclude("stopped", { reason: "its run was cancelled" });
  } else {
    work.log.error("run failed, the file stays in the inbox", { error: reason });
    work.log.debug("where it failed", { stack: (error as Error).stack });
    await work.conclude("troubled", { reason });
  }
  throw error;
}

/** What the file is, by what it begins with. */
async function inspect({ file, library }: FileWork): Promise<Container> {
  if (!await isUnchanged(library.inbox, file)) throw new GoneError("it is no longer as it was found");
  if (file.size === 0) throw new Refusal("it is empty");
  const container = containerOf(await headOf(join(library.inbox, file.path)));
  if (container === undefined) {
    throw new Refusal(`it is no video: it begins as none of ${library.containers.join(", ")}`);
  }
  if (library.containers.includes(container)) return container;
  throw new Refusal(`it is ${container}, and library.containers has only ${library.containers.join(", ")}`);
}

async function headOf(path: string): Promise<Uint8Array> {
  try {
    await using handle = await fs.open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    const { buffer, bytesRead } = await handle.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (isGone(error)) throw new GoneError("it was taken away", { cause: error });
    throw error;
  }
}

/** Makes what the outbox gets, in its workshop; of what cannot be made nothing stays. */
async function transform(work: FileWork): Promise<{ made: string; sha256: string }> {
  await clearWorkshops(work);
  try {
    return await make(work);
  } catch (error) {
    await clearWorkshops(work);
    throw error;
  }
}

async function make(work: FileWork): Promise<{ made: string; sha256: string }> {
  const { file, library } = work;
  const made = await workshopPath(library.outbox, work.workshopName);
  const input = join(library.inbox, file.path);
  const sha256 = library.command === undefined
    ? await copyWithChecksum(input, made, reading(work))
    : await byCommand(work, { command: library.command, input, made });
  if (await isUnchanged(library.inbox, file)) return { made, sha256 };
  throw new GoneError("it was changed while it was worked on");
}

async function byCommand(
  work: FileWork,
  { command, input, made }: { readonly command: readonly string[]; readonly input: string; readonly made: string },
): Promise<string> {
  const { signal, library: { timeout } } = work;
  const words = wordsOf(command, { input, output: made });
  await runCommand(words, { signal, timeout, started: (mark) => work.child(mark) });
  await work.child(null);
  const size = (await fs.lstat(made).catch(ignoreGone))?.size;
  if (!size) throw new Refusal(size === 0 ? "the command made an empty file" : "the command made no file");
  return await checksumOf(made, reading(work));
}

function ignoreGone(error: unknown): undefined {
  if (!isGone(error)) throw error;
}

function reading({ signal, log, file }: FileWork) {
  let told = 0;
  return {
    signal,
    progress(bytes: number) {
      if (bytes - told < PROGRESS_BYTES) return;
      told = bytes;
      log.info("progress", { bytes, percent: Math.round(100 * bytes / file.size) });
    },
  };
}
