import type { LogFields, LogLevel } from "../base/logger.ts";
import { humanDuration } from "../base/duration.ts";
import { endingText } from "../base/ending.ts";
import type { Exit } from "./program_spec.ts";
import { NO_PID } from "./state.ts";

/** A process that outlived its program's stop. */
export interface Survivor {
  readonly pid: number;
  readonly command: string;
}

/** A command line for people, cut to a sane length. */
export function commandText(words: readonly string[]): string {
  return words.join(" ").slice(0, 200);
}

/** Everything notable that happens to a program. Durations in milliseconds, `at` and `retryAt` wall times in milliseconds. */
export type Notice =
  /** `cause`: who or what began it, such as `a reload`, `the retry after: exit code 1`. */
  | { readonly kind: "started"; readonly pid: number; readonly generation: number; readonly cause?: string }
  /** Dependencies are not there yet: `db to be ready`. */
  | { readonly kind: "waiting"; readonly for: readonly string[] }
  | { readonly kind: "adopted"; readonly pid: number; readonly generation: number }
  /**
   * An earlier daemon remembered that somebody stopped it: when, and who asked. `endedAt`: when its last life ended; null
   * when it had none.
   */
  | {
    readonly kind: "kept_stopped";
    readonly endedAt: number | null;
    readonly stoppedAt: number;
    readonly cause: string;
  }
  | { readonly kind: "ready"; readonly pid: number }
  /** The readiness probe changed its mind about a running program. */
  | { readonly kind: "unready"; readonly reason: string }
  /** The liveness probe, the start timeout or the memory limit: the program is stopped, and started again. */
  | { readonly kind: "unwell"; readonly reason: string }
  | { readonly kind: "stable"; readonly wasCrashLoop: boolean }
  | {
    readonly kind: "ended";
    readonly pid: number;
    readonly exit: Exit;
    readonly uptimeMs: number;
    readonly expected: boolean;
  }
  | { readonly kind: "retrying"; readonly inMs: number; readonly retryAt: number; readonly reason: string }
  | { readonly kind: "crash_loop"; readonly failures: number; readonly inMs: number }
  | { readonly kind: "failed"; readonly reason: string }
  | {
    readonly kind: "stopping";
    readonly pid: number;
    readonly signal: string;
    readonly timeoutMs: number;
    readonly cause?: string;
  }
  /** Somebody had a signal sent to it. */
  | { readonly kind: "signalled"; readonly pid: number; readonly signal: string }
  | { readonly kind: "killing"; readonly pid: number; readonly again: boolean }
  /** A service ignores its signal; `wanted`: it is to begin again. */
  | { readonly kind: "lingering"; readonly wanted: boolean }
  /** `cause`: who or what wants it to stay stopped; absent when another start follows. */
  | { readonly kind: "stopped"; readonly forced: boolean; readonly cause?: string }
  | { readonly kind: "swept"; readonly processes: readonly Survivor[] }
  | { readonly kind: "survivors"; readonly processes: readonly Survivor[] }
  | { readonly kind: "trouble"; readonly what: string; readonly error: string };

/** What a sentence is made from. */
export type News = Notice & {
  /** Present when it is about a service: a task in the daemon, without a process. */
  readonly service?: true;
};

export type ProgramEvent = News & { readonly program: string; readonly at: number };

/** What it means that a service ignores its signal while it is to begin again. */
const LINGERS = "it cannot begin again before it has ended";

/** Why it does not do its work any more, for good or until somebody helps; undefined for news of any other kind. */
export function failureIn(news: News): string | undefined {
  if (news.kind === "failed") return news.reason;
  return news.kind === "lingering" && news.wanted ? `it ignores its signal: ${LINGERS}` : undefined;
}

const LEVELS: Readonly<Record<Notice["kind"], LogLevel>> = {
  started: "info",
  waiting: "info",
  unready: "warn",
  unwell: "warn",
  adopted: "info",
  kept_stopped: "info",
  ready: "info",
  stable: "debug",
  ended: "warn",
  retrying: "info",
  crash_loop: "error",
  failed: "error",
  stopping: "info",
  signalled: "info",
  killing: "warn",
  lingering: "error", // What it holds stays held until it ends.
  stopped: "info",
  swept: "warn",
  survivors: "error",
  trouble: "warn",
};

/** How loudly the log says it. */
export function levelOf(event: News): LogLevel {
  return event.kind === "ended" && event.expected ? "info" : LEVELS[event.kind];
}

/** What happened, in words for people, without the program's name. */
export function sentence(event: News): string {
  const noun = event.service ? "service" : "program";
  switch (event.kind) {
    case "started":
      return event.cause === undefined ? `${noun} started` : `${noun} started (${event.cause})`;
    case "waiting":
      return `${noun} waits for ${event.for.join(" and ")}`;
    case "unready":
      return `${noun} is not ready any more: ${event.reason}`;
    case "unwell":
      return `${noun} is to be restarted: ${event.reason}`;
    case "adopted":
      return `${noun} adopted from an earlier daemon`;
    case "kept_stopped":
      return `${noun} stays stopped: somebody stopped it under an earlier daemon`;
    case "ready":
      return `${noun} is ready`;
    case "stable":
      return event.wasCrashLoop ? `${noun} left its crash loop` : `${noun} is stable`;
    case "ended":
      return `${noun} ended after ${humanDuration(event.uptimeMs)}: ${endingText(event.exit)}`;
    case "retrying":
      return event.inMs === 0 ? `${noun} is started again at once` : `next start in ${humanDuration(event.inMs)}`;
    case "crash_loop":
      return `crash loop: ${event.failures} failures within 5 minutes, next start in ${humanDuration(event.inMs)}`;
    case "failed":
      return `${noun} failed and is not started again: ${event.reason}`;
    case "stopping":
      return stoppingText(event);
    case "signalled":
      return `sent ${event.signal} to the ${noun}, as somebody asked`;
    case "killing":
      return killingText(event);
    case "lingering":
      return `${noun} ignores its signal and goes on${event.wanted ? `: ${LINGERS}` : ""}`;
    case "stopped":
      return event.forced ? FORCED[noun] : `${noun} stopped`;
    case "swept":
      return `killed what the ${noun} left behind: ${processNames(event.processes)}`;
    case "survivors":
      return `processes of the ${noun} survived: ${processNames(event.processes)}`;
    case "trouble":
      return `cannot ${event.what}: ${event.error}`;
  }
}

const FORCED = { program: "program stopped by force", service: "service has ended after all" } as const;

function stoppingText({ service, signal, timeoutMs, cause }: Extract<News, { kind: "stopping" }>): string {
  const how = service ? "stopping service" : `stopping program with ${signal}`;
  return `${how}, it has ${humanDuration(timeoutMs)}${cause === undefined ? "" : ` (${cause})`}`;
}

function killingText({ again }: Extract<News, { kind: "killing" }>): string {
  return again ? "program is still there, killing it again" : "program did not stop in time, killing it";
}

/** `12 (sleep 9), 13 (tail -f x)`. */
export function processNames(processes: readonly Survivor[]): string {
  return processes.map(({ pid, command }) => `${pid} (${command})`).join(", ");
}

/** The context fields of an event's log record. */
export function fieldsOf(event: ProgramEvent): LogFields {
  const { pid, generation } = event as { pid?: number; generation?: number };
  return {
    program: event.program,
    ...(pid === undefined || pid === NO_PID ? {} : { pid }),
    ...(generation === undefined ? {} : { generation }),
    ...(event.kind === "retrying"
      ? { next_retry_at: new Date(event.retryAt).toISOString(), reason: event.reason }
      : {}),
    ...hintIn(event),
  };
}

/** What a service says can be done about its end. */
function hintIn(event: ProgramEvent): { readonly hint?: string } {
  if (event.kind !== "ended" || event.exit === "unknown" || !("code" in event.exit)) return {};
  const { hint } = event.exit;
  return hint === undefined ? {} : { hint };
}
