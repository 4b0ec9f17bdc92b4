import { isInstanceOf } from "../base/instance_name.ts";
import type { News, NewsKind } from "./news.ts";

/** One `[[notify]]`: who is told what. Exactly one of `command` and `webhook` is there. */
export interface NotifySettings {
  readonly name: string;
  readonly on: readonly NewsKind[];
  /** Programs, each with all its instances. */
  readonly programs?: readonly string[] | undefined;
  /** Jobs. Where only one of the two lists is there, nothing else is told; with neither, everything. */
  readonly jobs?: readonly string[] | undefined;
  /** argv. */
  readonly command?: readonly string[] | undefined;
  /** Address for a POST; a secret. */
  readonly webhook?: string | undefined;
  /** Milliseconds that one try may take. */
  readonly timeout: number;
  /** Milliseconds in which the same news of the same program or job are told once at most. */
  readonly every: number;
}

/** Whether somebody wants to hear it. A recovery from a mere crash, or of a job, interests only who was told of the trouble. */
export function isWanted(settings: NotifySettings, news: News): boolean {
  return settings.on.includes(news.kind) && knowsTrouble(settings, news) && isNamed(settings, news);
}

function knowsTrouble({ on }: NotifySettings, { from }: News): boolean {
  if (from === undefined || from === "worse") return true;
  return from === "crash" ? on.includes("crash") : from.some((kind) => on.includes(kind));
}

function isNamed({ programs, jobs }: NotifySettings, { program, job }: News): boolean {
  if (programs === undefined && jobs === undefined) return true;
  if (job !== null) return jobs?.includes(job) === true;
  return programs?.some((name) => isInstanceOf(program, name)) === true;
}

/** Who is told, as far as a log may say it: of an address only the host. */
export function recipientOf({ webhook, command }: NotifySettings): string {
  if (webhook === undefined) return command?.[0] ?? "nobody";
  return URL.parse(webhook)?.host ?? "an address that is none";
}
