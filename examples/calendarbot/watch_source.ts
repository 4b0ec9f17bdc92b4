import { aborted, type Service, type ServiceContext } from "../../src/mod.ts";
import { knownCalendar } from "./copy_store.ts";
import type { BotConfig } from "./settings.ts";
import { sourceName } from "./source.ts";

/** How often a file is looked at, in milliseconds. Looking finds every way of changing it, on every file system. */
const LOOK_MS = 500;
/** How often it is looked whether there is a copy, in milliseconds: it may be lost with its database. */
const COPY_MS = 5000;

/** Has the calendar read at the start, when its settings change, as soon as its file is edited, and when its copy is gone. */
export const SOURCE: Service<BotConfig> = {
  name: "source",
  watches: ({ calendar }) => calendar,
  async run({ config: { calendar: { source } }, clock, jobs, log, note, signal, store }) {
    const edits = source.kind === "file" ? watcher(source.path, () => jobs.trigger("refresh")) : undefined;
    await edits?.look();
    await jobs.trigger("refresh");
    note(source.kind === "file" ? `watches ${source.path}` : `reads ${sourceName(source)}`);
    const failed = Promise.withResolvers<never>();
    // A look that fails for an unexpected reason is this service's failure, after which it is started again.
    using _timer = clock.every(LOOK_MS, () => void edits?.look().catch(failed.reject));
    using _copy = clock.every(COPY_MS, () => void replaceLost({ jobs, log, store }));
    await Promise.race([aborted(signal), failed.promise]);
  },
};

/** Has the calendar read when there is neither a copy nor a reason why not, and nothing is under way that would bring one. */
async function replaceLost(
  { jobs, log, store }: Pick<ServiceContext<BotConfig>, "jobs" | "log" | "store">,
): Promise<void> {
  const refresh = jobs.statusOf("refresh");
  if (refresh === undefined || refresh.paused || refresh.in_flight + refresh.queued > 0) return;
  try {
    const { copy, failure } = await knownCalendar(store);
    if (copy === undefined && failure === undefined) await jobs.trigger("refresh");
  } catch (error) {
    log.debug("cannot look for the copy of the calendar", { error }); // Health tells of the database.
  }
}

/**
 * Calls `onEdit` once a file has changed and then stayed as it is from one look to the next: an editor that writes in
 * several steps is waited for.
 */
export function watcher(path: string, onEdit: () => unknown): { look(): Promise<void> } {
  let told: string | undefined;
  let seen: string | undefined;
  return {
    async look() {
      const now = await looks(path);
      told ??= now;
      if (now === seen && now !== told) {
        told = now;
        await onEdit();
      }
      seen = now;
    },
  };
}

async function looks(path: string): Promise<string> {
  try {
    const { ino, size, mtime } = await Deno.stat(path);
    return `${ino} ${size} ${mtime?.getTime()}`;
  } catch (error) {
    // Not being there, or not being readable, is a state like any other; reading it says what is wrong.
    return error instanceof Error ? error.name : "unknown";
  }
}
