import type { ProgramAction } from "../app/control_programs.ts";
import { AppdError, cannot } from "../base/errors.ts";
import type { ExitName } from "../base/exit_codes.ts";
import { familyOf, isUp } from "../base/program_names.ts";
import type { ProgramStatus } from "../base/program_reports.ts";
import { escapeControls } from "../base/escape.ts";
import { exitPhrase } from "./render_programs.ts";

/** What came of an action on one program: the words for people, or the error. */
export type Outcome =
  | {
    readonly name: string;
    readonly said: string;
    readonly forced?: true;
    /** Programs that run on although they depend on it. */
    readonly dependents?: readonly string[];
  }
  | { readonly name: string; readonly error: AppdError };

/** One program as it was seen before an action and after it; undefined when there was none of this name. */
export interface Change {
  readonly name: string;
  readonly before: ProgramStatus | undefined;
  readonly after: ProgramStatus | undefined;
}

/** With the last instance that was stopped of each program: who depends on it and runs on. */
export function withDependents(outcomes: readonly Outcome[], change: Changes): Outcome[] {
  const families = new Map(change.before.map((program) => [program.name, familyOf(program)]));
  const lasts = new Map(outcomes.map((outcome, index) => [families.get(outcome.name), index]));
  const ran = new Set(change.before.filter(isUp).map((program) => familyOf(program)));
  return outcomes.map((outcome, index) => {
    const family = families.get(outcome.name);
    if (family === undefined || !ran.has(family) || "error" in outcome || lasts.get(family) !== index) return outcome;
    const dependents = change.after.filter((one) => isUp(one) && Object.hasOwn(one.depends_on ?? {}, family));
    return dependents.length === 0 ? outcome : { ...outcome, dependents: [...new Set(dependents.map(familyOf))] };
  });
}

/** All programs before an action and after it. */
export interface Changes {
  readonly before: readonly ProgramStatus[];
  readonly after: readonly ProgramStatus[];
}

/** Says what an action did to one program. */
export function outcomeOf(action: ProgramAction, change: Change): Outcome {
  const { name, after } = change;
  if (after === undefined) return failed(action, name, { why: "there is no such program any more" });
  if (action === "stop") return stopped(change, after);
  return action === "reset" ? { name, said: `reset ${name} (${after.state})` } : begun(action, change, after);
}

function failed(verb: string, name: string, { why, hint }: { why: string; hint?: string }): Outcome {
  const exit: ExitName = "generic";
  return { name, error: cannot([verb, name], why, hint === undefined ? { exit } : { exit, hint }) };
}

function begun(action: "start" | "restart", { name, before }: Change, after: ProgramStatus): Outcome {
  const { state, error, exit, lingering, waiting_for: waits = [] } = after;
  if (waits.length > 0 && !isUp(after)) return { name, said: `${name} waits for ${waits.join(" and ")}` };
  if (lingering) return lingers(action, name, "it ignores its signal, and begins again when it has ended after all");
  if (isUp(after) && (state === "running" || state === "starting")) {
    const late = after.ready ? "" : `, not ready yet${after.note ? `: ${escapeControls(after.note)}` : ""}`;
    if (action === "start" && before !== undefined && isSameLife(before, after)) {
      return { name, said: `${name} runs already${pidText(after)}${late}` };
    }
    return { name, said: `${action}ed ${name}${pidText(after)}${late}` };
  }
  if (state === "exited" && exit?.code === 0) return { name, said: `${action}ed ${name}, it has ended (exit 0)` };
  const why = error ?? (exit === null ? `it is ${state}` : `${exitPhrase(exit)}, and it is ${state}`);
  return failed(action, name, { why: escapeControls(why), hint: exit?.hint ?? `appd why ${name}` });
}

/** Nothing ends a service but itself, or the end of the daemon. */
function lingers(verb: string, name: string, why: string): Outcome {
  return failed(verb, name, { why, hint: "end it with the daemon: appd restart" });
}

/** Of a service a start that finds it running makes nothing new. */
function isSameLife(before: ProgramStatus, after: ProgramStatus): boolean {
  return isUp(before) && before.pid === after.pid;
}

function pidText({ pid }: ProgramStatus): string {
  return pid === null ? "" : ` (PID ${pid})`;
}

function stopped({ name, before }: Change, after: ProgramStatus): Outcome {
  const { state, exit, leftovers = [] } = after;
  if (leftovers.length > 0) {
    const who = leftovers.map(({ pid, command }) => `PID ${pid} (${escapeControls(command)})`).join(", ");
    const hint = `end them: kill -KILL ${leftovers.map(({ pid }) => pid).join(" ")}`;
    return failed("stop", name, { why: `processes of it survived: ${who}`, hint });
  }
  if (after.lingering) return lingers("stop", name, "it ignores its signal, and goes on");
  if (isUp(after)) return failed("stop", name, { why: `it is ${state}`, hint: `appd why ${name}` });
  if (before !== undefined && !isUp(before)) {
    return {
      name,
      said: before.state === "backoff" ? `stopped ${name}, which waited for its next start` : `${name} was not running`,
    };
  }
  const forced = exit?.signal === "SIGKILL";
  return forced ? { name, said: `stopped ${name}, it had to be killed`, forced } : { name, said: `stopped ${name}` };
}
