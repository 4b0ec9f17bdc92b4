import fs from "node:fs/promises";
import { delay, type KitJobs, type ServiceContext } from "../../src/mod.ts";
import { FileBook, type FileRecord, type Turn } from "./file_book.ts";
import { isUnchanged, listInbox } from "./inbox.ts";
import type { Library, VpoConfig } from "./settings.ts";
import { type Entry, identityOf, observe, type Seen } from "./settling.ts";

export const PROCESS = "process";

/** Most files that are written down at once. */
const TOGETHER = 100;

type Context = ServiceContext<VpoConfig>;

/** What the watcher needs of the daemon. */
export interface WatcherPorts extends Pick<Context, "store" | "log" | "note" | "signal"> {
  readonly clock: Pick<Context["clock"], "now" | "monotonic">;
  readonly jobs: Pick<KitJobs, "trigger" | "statusOf">;
  readonly library: Library;
}

/** Looks into the inbox until it is told to end. A look that fails is told once, and the next one is tried as usual. */
export async function watch(context: Context): Promise<void> {
  const { signal, clock, config: { library }, log } = context;
  await makeFolders(library);
  const { store, jobs, note } = context;
  const watcher = new Watcher({ store, jobs, note: (text) => note(text), log, clock, library, signal });
  let trouble: string | undefined;
  while (!signal.aborted) {
    const failed = await watcher.look().then(() => undefined, (error) => (error as Error).message);
    if (failed !== trouble && failed !== undefined) log.warn("cannot look after the inbox", { error: failed });
    if (failed === undefined && trouble !== undefined) log.info("the inbox is looked after again");
    trouble = failed;
    await delay(clock, library.scanEvery, signal);
  }
}

/** Makes the folders that are missing. Throws what node throws. */
export async function makeFolders({ inbox, outbox, quarantine }: Library): Promise<void> {
  for (const folder of [inbox, outbox, quarantine]) await fs.mkdir(folder, { recursive: true });
}

/** Brings every file that lies at rest in the inbox, and every one that is known and not done, to a run. */
export class Watcher {
  readonly #ports: WatcherPorts;
  readonly #book: FileBook;
  /** Files that are open and have a run, by {@link keyOf}. */
  readonly #submitted = new Set<string>();
  #seen: Seen = new Map();
  /** Whether what an earlier watcher left behind has been taken up. */
  #caughtUp = false;

  constructor(ports: WatcherPorts) {
    this.#ports = ports;
    this.#book = new FileBook(ports.store, () => ports.clock.now());
  }

  /**
   * One look; the signal cuts it short, and the next watcher goes on.
   *
   * @throws AppdError (io) when the inbox cannot be read, and whatever the store throws
   */
  async look(): Promise<void> {
    const { library, clock } = this.#ports;
    const entries = await listInbox(library.inbox);
    this.#forgetLostRuns();
    const { seen, settled } = observe(this.#seen, { entries, at: clock.monotonic(), settle: library.settle });
    this.#seen = seen;
    const open = await this.#book.open();
    const added = await this.#takeIn(settled, open);
    await this.#submitAll([...open, ...added]);
    this.#ports.note(summaryOf([...open, ...added], entries.length - settled.length));
  }

  /**
   * A file is written down as done after it has left the inbox. So one that is not open now, and lies there still, has
   * come anew: also when the look was older than the records.
   */
  async #takeIn(settled: readonly Entry[], open: readonly FileRecord[]): Promise<readonly FileRecord[]> {
    const known = new Set(open.map(identityOf));
    const unknown = settled.filter((entry) => !known.has(identityOf(entry)))
      .toSorted((a, b) => Number(a.mtime) - Number(b.mtime)); // First come, first served.
    const added: FileRecord[] = [];
    for (let at = 0; at < unknown.length && !this.#ports.signal.aborted; at += TOGETHER) {
      added.push(...await this.#found(unknown.slice(at, at + TOGETHER)));
    }
    return added;
  }

  /** Asks for all records at once: the store writes them as one. */
  async #found(entries: readonly Entry[]): Promise<readonly FileRecord[]> {
    const there = await Promise.all(entries.map((entry) => isUnchanged(this.#ports.library.inbox, entry)));
    const records = await Promise.all(
      entries.filter((_, index) => there[index]).map((entry) => this.#book.found(entry)),
    );
    const files = records.filter((file) => file !== undefined);
    for (const file of files) {
      this.#submitted.delete(keyOf(file)); // Of a database that was lost, with the run.
      this.#ports.log.info("file found", { file_path: file.path, size: file.size, attempt: file.attempt });
    }
    return files;
  }

  async #submitAll(files: readonly FileRecord[]): Promise<void> {
    this.#forgetAllBut(files);
    if (this.#ports.jobs.statusOf(PROCESS)?.paused) return; // Its trigger would be skipped.
    for (const file of files) {
      if (this.#ports.signal.aborted) return; // Each takes as long as the disk does, and there may be thousands.
      if (this.#caughtUp && file.state !== "waiting") continue;
      if (!this.#submitted.has(keyOf(file))) await this.#submit(file);
    }
    this.#caughtUp = true;
  }

  /** Where none is under way, those of the files that still wait were lost with the database. */
  #forgetLostRuns(): void {
    const job = this.#ports.jobs.statusOf(PROCESS);
    if (job !== undefined && job.in_flight + job.queued === 0 && job.retrying !== true) this.#submitted.clear();
  }

  /** What is done with would add up over the months. One that comes back has another attempt. */
  #forgetAllBut(files: readonly FileRecord[]): void {
    const known = new Set(files.map(keyOf));
    for (const key of this.#submitted) if (!known.has(key)) this.#submitted.delete(key);
  }

  /** The run of a key that is over was one of an earlier daemon: the file is taken up anew. */
  async #submit(file: FileRecord): Promise<void> {
    if (await this.#trigger(file)) return;
    const anew = await this.#book.apply("requeued", file);
    if (anew !== undefined) await this.#trigger(anew);
  }

  /** @returns whether a run is under way, or is going to be */
  async #trigger(file: FileRecord): Promise<boolean> {
    const { path, inode, mtime, size, attempt } = file;
    const payload = JSON.stringify({ path, inode, mtime, size, attempt } satisfies Turn);
    const report = await this.#ports.jobs.trigger(PROCESS, { key: keyOf(file), payload });
    const lives = ["queued", "running", "retrying"].includes(report.state);
    if (lives) this.#submitted.add(keyOf(file));
    return lives;
  }
}

/** Unlike that of any other turn of any file. */
export function keyOf(file: Turn): string {
  return `${identityOf(file)}#${file.attempt}`;
}

function summaryOf(files: readonly FileRecord[], restless: number): string {
  const count = (state: FileRecord["state"]) => files.filter((file) => file.state === state).length;
  const active = count("processing") + count("moving");
  return `${restless} settle, ${count("waiting")} wait, ${active} in work, ${count("failed")} failed`;
}
