import type { Reading } from "./kind.ts";
import { duration, oneOf, text } from "./kinds.ts";
import { argv, list } from "./kinds_nested.ts";
import { webAddress } from "./kinds_net.ts";
import { listSection, type OutOf } from "./section.ts";
import { setting, type ValuesOf } from "./setting.ts";

const PROGRAM_NEWS = ["crash", "crash_loop", "recovery", "failed"] as const;
const JOB_NEWS = ["job_failed", "job_overdue"] as const;

const FIELDS = {
  name: setting(
    text({
      label: "name",
      pattern: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
      expected: "1 to 64 letters, digits, dots, dashes or underscores, beginning with a letter or digit",
    }),
    {
      required: true,
      help: "name of the notification, unlike that of any other",
      reload: "applied",
      example: "oncall",
    },
  ),
  on: setting(
    list(oneOf([...PROGRAM_NEWS, ...JOB_NEWS]), { label: "array of news", min: 1, unique: true }),
    {
      default: ["crash_loop", "recovery", "failed", "job_failed", "job_overdue"],
      help: "what is told",
      doc:
        "`crash`: a program ended badly and is started again. `crash_loop`: it keeps doing so. `failed`: it is not started " +
        "again. `job_failed`: a run of a job ended as failed, timeout or interrupted, after its last attempt. " +
        "`job_overdue`: no run of a slot has ended well by its `deadline`. `recovery`: a program is stable again, or a run " +
        "of a job has ended well, after something of this that was told.",
      reload: "applied",
      example: ["failed"],
    },
  ),
  programs: setting(list(text({ label: "name" }), { label: "array of names", min: 1, unique: true }), {
    defaultText: "all, none where there are `jobs`",
    help: "programs whose news are told",
    doc: "With `programs` and without `jobs` nothing is told of jobs.",
    reload: "applied",
    example: ["web"],
  }),
  jobs: setting(list(text({ label: "name" }), { label: "array of names", min: 1, unique: true }), {
    defaultText: "all, none where there are `programs`",
    help: "jobs whose news are told",
    doc: "With `jobs` and without `programs` nothing is told of programs.",
    reload: "applied",
    example: ["backup"],
  }),
  command: setting(argv(), {
    help: "command that is run with the news; this or webhook",
    reload: "applied",
    example: ["/usr/local/bin/page", "oncall"],
  }),
  webhook: setting(webAddress({ example: "https://hooks.example.org/…", secret: true }), {
    help: "address that the news are sent to by POST, never shown; this or command",
    reload: "applied",
    example: "https://hooks.example.org/T0/B0",
    secret: true,
  }),
  timeout: setting(duration({ min: 1 }), {
    default: "10s",
    help: "longest time that one try of telling may take",
    doc: "A command is killed then. A webhook that has not answered by then may have got the message: it is not sent " +
      "again. After a refused connection or an answer of 5xx or 429 it is.",
    reload: "applied",
    example: "30s",
  }),
  every: setting(duration({ min: 0 }), {
    default: "5m",
    help: "the same news of the same program or job are told at most once in this time; 0: always",
    reload: "applied",
    example: "1h",
  }),
} as const;

/** Who is told when a program or a job is in trouble. Exactly one of `command` and `webhook` is there. */
export const NOTIFY_SECTION = listSection("notify", {
  help: "somebody who is told when a program or a job is in trouble",
  as: "notifications",
  unique: "name",
  fields: FIELDS,
  finish(values: ValuesOf<typeof FIELDS>, reading) {
    checkWay(values, reading);
    checkNews(values, reading);
    return values;
  },
});

/** A notification as the section reads it. */
export type NotificationSettings = OutOf<typeof NOTIFY_SECTION>;

function checkWay({ command, webhook }: ValuesOf<typeof FIELDS>, reading: Reading): void {
  if (command === undefined && webhook === undefined) {
    reading.flaw("has neither a command nor a webhook", { hint: 'add: command = ["/path/to/command"]' });
  } else if (command !== undefined && webhook !== undefined) {
    reading.flaw("has a command and a webhook, and takes one", {
      path: ["webhook"],
      target: "key",
      hint: "make a [[notify]] of each",
    });
  }
}

/** Names of a kind that nothing is told about: `failed` is of programs, and who lists jobs with it waits in vain. */
function checkNews({ on, programs, jobs }: ValuesOf<typeof FIELDS>, reading: Reading): void {
  const told: readonly string[] = on;
  if (jobs !== undefined && !JOB_NEWS.some((kind) => told.includes(kind))) {
    reading.flaw("names jobs, and on has no news of jobs", { path: ["jobs"], hint: 'add "job_failed" to on' });
  }
  if (programs !== undefined && !PROGRAM_NEWS.some((kind) => told.includes(kind))) {
    reading.flaw("names programs, and on has no news of programs", { path: ["programs"], hint: 'add "failed" to on' });
  }
}
