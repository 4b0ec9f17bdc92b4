import { constants } from "node:fs";
import fs from "node:fs/promises";
import { dirname, join } from "node:path";
import { copyWithChecksum } from "./checksum.ts";
import type { FileWork } from "./file_work.ts";
import { isUnchanged, leaveInbox, syncDirectory } from "./inbox.ts";
import { GoneError } from "./refusal.ts";
import { exists, inWorkshop, isSameFile, linkInto, workshopPath, workshopPrefix } from "./target.ts";

/** What was made for the outbox. */
export interface Made {
  /** In the workshop of the outbox, whole and on the disk. */
  readonly made: string;
  readonly sha256: string;
  readonly container: string;
}

/**
 * Moves what was made into the outbox and takes the file out of the inbox. In this order, each of them on the disk before
 * the next: the decision, the name in the outbox, the end in the inbox, the record.
 */
export async function publish(work: FileWork, { made, ...about }: Made): Promise<void> {
  const { file, library } = work;
  const target = await work.step("publish", async () => {
    const choose = (name: string) => work.decide({ place: "outbox", target: name, ...about });
    const name = await linkInto(library.outbox, made, { path: file.path, choose });
    await leave(work);
    return name;
  });
  work.log.info("file done", { target, sha256: about.sha256, container: about.container });
  await work.conclude("published");
}

/** Moves the file into the quarantine, with its reason beside it. The same order as for the outbox. */
export async function quarantine(work: FileWork, reason: string): Promise<void> {
  const { file, library } = work;
  const target = await work.step("quarantine", async () => {
    if (!await isUnchanged(library.inbox, file)) throw new GoneError("it is no longer as it was found");
    const choose = (name: string) => work.decide({ place: "quarantine", target: name, reason });
    const from = await nearQuarantine(work);
    const name = await linkInto(library.quarantine, from, { path: file.path, choose });
    await finishRefusal(work, { name, reason });
    return name;
  });
  work.log.warn("file refused", { target, reason });
  await work.conclude("refused");
}

/** What an earlier run had decided and perhaps done. @returns whether the file is where it belongs now */
export async function finishMove(work: FileWork): Promise<boolean> {
  const { file, library, log } = work;
  const { place, target } = file;
  if (place === null || target === null || !await hasArrived(work, join(library[place], target))) return false;
  if (place === "quarantine") await finishRefusal(work, { name: target, reason: file.reason ?? "" });
  else await leave(work);
  log.info("finished what an earlier run had begun", { place, target });
  await work.conclude(place === "outbox" ? "published" : "refused");
  return true;
}

/** The inbox is left last but one, the workshop last: either tells what became of the name. */
async function hasArrived({ file, library }: FileWork, target: string): Promise<boolean> {
  if (!await exists(target)) return false;
  const inbox = join(library.inbox, file.path);
  if (!await isUnchanged(library.inbox, file)) return true;
  for (const place of [library.outbox, library.quarantine]) {
    for (const made of await inWorkshop(place, workshopPrefix(file))) if (await isSameFile(made, target)) return true;
  }
  return await isSameFile(inbox, target);
}

async function finishRefusal(work: FileWork, { name, reason }: { name: string; reason: string }): Promise<void> {
  const { file, library } = work;
  const draft = await workshopPath(library.quarantine, `${workshopPrefix(file)}reason.txt`);
  await using handle = await fs.open(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o644);
  await handle.writeFile(`${reason}\n`);
  await handle.sync();
  const path = join(library.quarantine, `${name}.reason.txt`);
  await fs.rename(draft, path);
  await syncDirectory(dirname(path));
  await leave(work);
}

async function leave(work: FileWork): Promise<void> {
  await leaveInbox(work.library.inbox, work.file);
  await clearWorkshops(work);
}

/** Takes away what runs on this file have left in the workshops. */
export async function clearWorkshops({ file, library }: FileWork): Promise<void> {
  for (const place of [library.outbox, library.quarantine]) {
    for (const path of await inWorkshop(place, workshopPrefix(file))) await fs.rm(path, { force: true });
  }
}

/** The file itself where the quarantine is on its file system, otherwise a copy. */
async function nearQuarantine({ file, library, signal, workshopName }: FileWork): Promise<string> {
  const inbox = join(library.inbox, file.path);
  const copy = await workshopPath(library.quarantine, workshopName);
  await fs.rm(copy, { force: true });
  if ((await fs.lstat(inbox)).dev === (await fs.lstat(dirname(copy))).dev) return inbox;
  await copyWithChecksum(inbox, copy, { signal, progress() {} });
  return copy;
}
