import { type EventTrigger, triggerText } from "../base/event_trigger.ts";
import { nearest } from "../base/nearest.ts";
import { type Kind, type Reading, show } from "./kind.ts";
import { oneOrMore } from "./kind_several.ts";
import { text } from "./kinds.ts";

/** How a run of another job has ended. */
const OUTCOMES = ["ok", "failed", "timeout", "cancelled", "interrupted", "any"] as const;

/** What has become of a program. */
const STATES = ["started", "ready", "failed", "crash_loop", "exited", "stopped", "any"] as const;

/** The words of an event: which words may stand at its end, and how it is written. */
const EVENTS: Readonly<Record<EventTrigger["kind"], { readonly ends?: readonly string[]; readonly form: string }>> = {
  start: { form: "start" },
  webhook: { form: "webhook" },
  git: { form: "git:REPOSITORY" },
  program: { form: "program:NAME:STATE", ends: STATES },
  job: { form: "job:NAME:OUTCOME", ends: OUTCOMES },
};

const KINDS = Object.keys(EVENTS) as EventTrigger["kind"][];

const list = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(", ");

/** The forms of an event, for the docs. */
export const EVENTS_TEXT =
  "`start`: the daemon has started. `webhook`: a call of the control API. `git:REPOSITORY`: a commit. " +
  `\`program:NAME:STATE\`: ${list(STATES)}. \`job:NAME:OUTCOME\`: ${list(OUTCOMES)}.`;

/** Events that make a job run: one text, or an array of texts, none twice. */
export function eventTriggers(): Kind<EventTrigger[]> {
  return oneOrMore(eventTrigger(), { label: "event, or array of events", min: 0, sameness: triggerText });
}

function eventTrigger(): Kind<EventTrigger> {
  const plain = text({ label: "event", expected: 'an event such as "start" or "git:REPOSITORY"' });
  return {
    ...plain,
    json: {
      type: "string",
      pattern: `^(start|webhook|git:[^:]+|program:[^:]+:(${STATES.join("|")})|job:[^:]+:(${OUTCOMES.join("|")}))$`,
    },
    read(raw, reading) {
      const given = plain.read(raw, reading);
      return given === undefined ? undefined : triggerOf(given, reading);
    },
  };
}

function triggerOf(given: string, reading: Reading): EventTrigger | undefined {
  const parts = given.split(":");
  const [kind = "", name = "", end = ""] = parts;
  if (!isKind(kind)) return unknownKind(parts, reading);
  const { form, ends } = EVENTS[kind];
  if (parts.length !== form.split(":").length || parts.includes("")) {
    const short = ends !== undefined && parts.length === 2 && name !== "";
    return void reading.flaw(`is ${show(given)}, expected ${form}`, short ? { hint: `such as "${given}:any"` } : {});
  }
  if (ends !== undefined && !ends.includes(end)) return unknownEnd(end, { kind, ends, reading });
  return made(kind, name, end);
}

function isKind(word: string): word is EventTrigger["kind"] {
  return Object.hasOwn(EVENTS, word);
}

function unknownKind(parts: readonly string[], reading: Reading): undefined {
  const near = nearest(parts[0] ?? "", KINDS);
  const known = `known: ${KINDS.map((kind) => EVENTS[kind].form).join(", ")}`;
  reading.flaw(`is ${show(parts.join(":"))}, which is no event`, {
    hint: near === undefined ? known : `did you mean "${[near, ...parts.slice(1)].join(":")}"?`,
  });
}

function unknownEnd(
  end: string,
  { kind, ends, reading }: { readonly kind: string; readonly ends: readonly string[]; readonly reading: Reading },
): undefined {
  const near = nearest(end, ends);
  reading.flaw(`has ${show(end)}, which is no ${kind === "job" ? "outcome of a job" : "state of a program"}`, {
    hint: near === undefined ? `known: ${ends.join(", ")}` : `did you mean "${near}"?`,
  });
}

function made(kind: EventTrigger["kind"], name: string, end: string): EventTrigger {
  if (kind === "git") return { kind, repository: name };
  if (kind === "program") return { kind, program: name, state: end };
  return kind === "job" ? { kind, job: name, outcome: end } : { kind };
}
