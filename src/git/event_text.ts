import { escapeControls } from "../base/escape.ts";
import type { GitEvent } from "./repository_spec.ts";

const SHORT = 12;
/** Characters of a subject in the log, and of any text in a variable. */
const MAX_SUBJECT = 200;
const MAX_VALUE = 4096;

/** What makes an event the same when it is told again: a commit once for each repository, a switch for each time. */
export function eventKey({ repository, kind, newId, branch, from, at }: GitEvent): string {
  if (kind !== "switch") return `git:${repository}:${newId}`;
  return `git:${repository}:switch:${from ?? ""}:${branch ?? ""}:${newId}:${at}`;
}

/** For people, one line: `myproject main 1f3e9c2`. */
export function eventDetail({ repository, branch, newId }: GitEvent): string {
  return escapeControls(`${repository} ${branch ?? "(no branch)"} ${newId.slice(0, 7)}`).slice(0, MAX_SUBJECT);
}

/** The line of commit.log, with its line feed: time, repository, kind, branch, id, author, subject. */
export function commitLine(event: GitEvent): string {
  const { at, repository, kind, branch, from, newId, author, email, subject } = event;
  const where = kind === "switch" ? `${from ?? "(no branch)"} -> ${branch ?? "(no branch)"}` : branch ?? "(no branch)";
  const short = Array.from(subject).slice(0, MAX_SUBJECT).join("");
  const words = [isoTime(at), repository, kind, where, newId.slice(0, SHORT), `${author} <${email}>`, short];
  return `${words.map((word) => escapeControls(word)).join(" ")}\n`;
}

/** A commit may claim any time at all. */
function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}

/** What a job that an event triggers finds in its environment. */
export function variablesOf(event: GitEvent): Readonly<Record<string, string>> {
  const all = {
    APPD_GIT_REPOSITORY: event.repository,
    APPD_GIT_PATH: event.path,
    APPD_GIT_PROJECT: event.project ?? "",
    APPD_GIT_EVENT: event.kind,
    APPD_GIT_BRANCH: event.branch ?? "",
    APPD_GIT_OLD: event.oldId ?? "",
    APPD_GIT_NEW: event.newId,
    APPD_GIT_AUTHOR: event.author,
    APPD_GIT_EMAIL: event.email,
    APPD_GIT_SUBJECT: event.subject,
  };
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, fit(value)]));
}

/** execve(2) takes no NUL, and not any length; half a surrogate pair is no text. */
function fit(value: string): string {
  return value.replaceAll("\0", "").slice(0, MAX_VALUE).toWellFormed();
}
