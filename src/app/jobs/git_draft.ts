import type { GitEvent } from "../../git/repository_spec.ts";
import type { EventDraft } from "../events/event_report.ts";

/** Characters of an id that people read. */
const SHORT = 12;

/** What happened in a repository, in the form that users see. @param at wall time in milliseconds of its being seen */
export function gitDraft(event: GitEvent, at: number): EventDraft {
  const { repository, kind, branch, from, newId, author, subject, skipped } = event;
  const where = branch ?? "a detached HEAD";
  const what = kind === "switch"
    ? `switched from ${from ?? "a detached HEAD"} to ${where}`
    : `${kind} ${newId.slice(0, SHORT)} on ${where}`;
  return {
    at: new Date(at).toISOString(),
    kind: "git",
    program: null,
    level: "info",
    message: `repository ${repository}: ${what}`,
    fields: {
      repository,
      event: kind,
      branch,
      id: newId,
      author,
      subject,
      ...(skipped === undefined ? {} : { skipped }),
    },
  };
}
