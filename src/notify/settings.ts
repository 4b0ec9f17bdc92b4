import { isInstanceOf } from "../base/instance_name.ts";
import type { News, NewsKind } from "./news.ts";

/** One `[[notify]]`: who is told what. Exactly one of `command` and `webhook` is there. */
export interface NotifySettings {
  readonly name: string;
  readonly on: readonly NewsKind[];
  /** Programs, each with all its instances; undefined for all. */
  readonly programs?: readonly string[] | undefined;
  /** argv. */
  readonly command?: readonly string[] | undefined;
  /** Address for a POST; a secret. */
  readonly webhook?: string | undefined;
  /** Milliseconds that one try may take. */
  readonly timeout: number;
  /** Milliseconds in which the same news of the same program are told once at most. */
  readonly every: number;
}

/** Whether somebody wants to hear it. A recovery from a mere crash interests only who was told of the crash. */
export function isWanted({ on, programs }: NotifySettings, news: News): boolean {
  if (!on.includes(news.kind)) return false;
  if (news.from === "crash" && !on.includes("crash")) return false;
  return programs === undefined || programs.some((name) => isInstanceOf(news.program, name));
}

/** Who is told, as far as a log may say it: of an address only the host. */
export function recipientOf({ webhook, command }: NotifySettings): string {
  if (webhook === undefined) return command?.[0] ?? "nobody";
  return URL.parse(webhook)?.host ?? "an address that is none";
}
