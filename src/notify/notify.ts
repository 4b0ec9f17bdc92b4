/**
 * The notify room owns telling the outside world about programs and jobs: who wants to hear what, how often, by which way, and that
 * a recipient that is slow, broken or gone harms nothing. It never decides what is wrong with one of them: it is told.
 */
import { canonicalJson } from "../base/canonical.ts";
import { Channel, type ChannelDeps } from "./channel.ts";
import { type JobHappening, JobNewsroom } from "./job_news.ts";
import { type Happening, type News, Newsroom } from "./news.ts";
import type { NotifySettings } from "./settings.ts";

/** Tells what happens to programs and jobs to those who want to hear it. */
export interface Notifier extends AsyncDisposable {
  /** Returns at once and never throws. */
  tell(happening: Happening): void;
  /** As {@link tell}, of a job. */
  tellJob(happening: JobHappening): void;
  /** Takes up changed settings; a recipient that did not change notices nothing. */
  apply(settings: readonly NotifySettings[]): void;
  /** What waits has a second left; then it is dropped, and the log says how much. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Milliseconds that pending notifications get at the end. */
export const LAST_MS = 1000;

export function createNotifier(settings: readonly NotifySettings[], deps: ChannelDeps): Notifier {
  const newsroom = new Newsroom();
  const jobNewsroom = new JobNewsroom();
  const leaving = new Set<Promise<void>>();
  let channels = settings.map((one) => new Channel(one, deps));

  function leave(channel: Channel): void {
    const done: Promise<void> = channel.close(LAST_MS).finally(() => leaving.delete(done));
    leaving.add(done);
  }

  function offer(news: News | undefined): void {
    if (news === undefined) return;
    for (const channel of channels) channel.offer(news);
  }

  return {
    tell: (happening) => offer(newsroom.hear(happening)),
    tellJob: (happening) => offer(jobNewsroom.hear(happening)),
    apply(next) {
      const before = new Map(channels.map((channel) => [canonicalJson(channel.settings), channel]));
      channels = next.map((one) => {
        const same = before.get(canonicalJson(one));
        before.delete(canonicalJson(one));
        return same ?? new Channel(one, deps);
      });
      for (const channel of before.values()) leave(channel);
    },
    async [Symbol.asyncDispose]() {
      for (const channel of channels) leave(channel);
      await Promise.all(leaving);
    },
  };
}
