import { escapeControls } from "../base/escape.ts";
import type { Ending } from "../base/ending.ts";
import type { News, NewsKind } from "./news.ts";

/** What a webhook gets as JSON; keys may be added, never renamed. Times are ISO 8601 in UTC. */
export interface Letter {
  readonly event: NewsKind;
  /** Null when it is about a job, as {@link job} is when it is about a program. */
  readonly program: string | null;
  readonly job: string | null;
  /** One sentence for people, without control characters. */
  readonly message: string;
  readonly at: string;
  readonly host: string;
  /** Name of the daemon's instance. */
  readonly instance: string;
  /** How the program or the run ended by itself; `code` and `signal` are both null when nobody could know. */
  readonly exit: { readonly code: number | null; readonly signal: string | null; readonly out_of_memory?: true } | null;
  /** What became of a job's run: `ok`, `failed`, `timeout` or `interrupted`; null where it is about none. */
  readonly outcome: string | null;
  /** The line of the job's history; null where it is about none. */
  readonly run_id: number | null;
  /** When the run was due, or should have been; null of a program. */
  readonly slot: string | null;
  /** The same news of the same program or job that were left out before this one. */
  readonly left_out: number;
}

/** Where the news come from. */
export interface Sender {
  readonly host: string;
  readonly instance: string;
}

export function letterOf(news: News, { host, instance }: Sender, leftOut: number): Letter {
  const again = leftOut === 0 ? "" : ` (${leftOut} more since the last message)`;
  return {
    event: news.kind,
    program: news.program,
    job: news.job,
    message: escapeControls(news.message + again),
    at: new Date(news.at).toISOString(),
    host,
    instance,
    exit: news.exit === null ? null : exitOf(news.exit),
    outcome: news.outcome ?? null,
    run_id: news.runId ?? null,
    slot: news.slotAt === undefined ? null : new Date(news.slotAt).toISOString(),
    left_out: leftOut,
  };
}

function exitOf(exit: Ending): Letter["exit"] {
  if (exit === "unknown") return { code: null, signal: null };
  if ("code" in exit) return { code: exit.code, signal: null };
  return { code: null, signal: exit.signal, ...(exit.outOfMemory ? { out_of_memory: true } : {}) };
}

/** The letter as variables for a command; what is not known is empty. */
export function variablesOf(letter: Letter): Readonly<Record<string, string>> {
  const { event, program, job, message, at, host, instance, exit, outcome, run_id, slot, left_out } = letter;
  return {
    APPD_EVENT: event,
    APPD_PROGRAM: program ?? "",
    APPD_JOB: job ?? "",
    APPD_MESSAGE: message,
    APPD_AT: at,
    APPD_HOST: host,
    APPD_NAME: instance,
    APPD_EXIT_CODE: exit?.code?.toString() ?? "",
    APPD_EXIT_SIGNAL: exit?.signal ?? "",
    APPD_OUTCOME: outcome ?? "",
    APPD_RUN_ID: run_id?.toString() ?? "",
    APPD_SLOT: slot ?? "",
    APPD_LEFT_OUT: `${left_out}`,
    APPD_JSON: JSON.stringify(letter),
  };
}
