import { escapeControls } from "../base/escape.ts";
import type { Ending, News, NewsKind } from "./news.ts";

/** What a webhook gets as JSON; keys may be added, never renamed. Times are ISO 8601 in UTC. */
export interface Letter {
  readonly event: NewsKind;
  readonly program: string;
  /** One sentence for people, without control characters. */
  readonly message: string;
  readonly at: string;
  readonly host: string;
  /** Name of the daemon's instance. */
  readonly instance: string;
  /** How the program ended by itself; `code` and `signal` are both null when nobody could know. */
  readonly exit: { readonly code: number | null; readonly signal: string | null; readonly out_of_memory?: true } | null;
  /** The same news of the same program that were left out before this one. */
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
    message: escapeControls(news.message + again),
    at: new Date(news.at).toISOString(),
    host,
    instance,
    exit: news.exit === null ? null : exitOf(news.exit),
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
  const { event, program, message, at, host, instance, exit, left_out } = letter;
  return {
    APPD_EVENT: event,
    APPD_PROGRAM: program,
    APPD_MESSAGE: message,
    APPD_AT: at,
    APPD_HOST: host,
    APPD_NAME: instance,
    APPD_EXIT_CODE: exit?.code?.toString() ?? "",
    APPD_EXIT_SIGNAL: exit?.signal ?? "",
    APPD_LEFT_OUT: `${left_out}`,
    APPD_JSON: JSON.stringify(letter),
  };
}
