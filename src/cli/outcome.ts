import type { ProgramAction } from "../app/control_programs.ts";
import { AppdError, cannot } from "../base/errors.ts";
import type { ExitName } from "../base/exit_codes.ts";
import type { ProgramStatus } from "../base/reports.ts";
import { escapeControls } from "../base/escape.ts";
import { exitPhrase } from "./render_programs.ts";

/** What came of an action on one program: the words for people, or the error. */
export type Outcome =
  | { readonly name: string; readonly said: string; readonly forced?: true }
  | { readonly name: string; readonly error: AppdError };

/** One program as it was seen before an action and after it; undefined when there was none of this name. */
export interface Change {
  readonly name: string;
  readonly before: ProgramStatus | undefined;
  readonly after: ProgramStatus | undefined;
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
  const { state, pid, error, exit, waiting_for: waits = [] } = after;
  if (waits.length > 0 && pid === null) return { name, said: `${name} waits for ${waits.join(" and ")}` };
  if (pid !== null && (state === "running" || state === "starting")) {
    const late = after.ready ? "" : `, not ready yet${after.note ? `: ${escapeControls(after.note)}` : ""}`;
    if (action === "start" && before?.pid === pid) return { name, said: `${name} runs already (PID ${pid})${late}` };
    return { name, said: `${action}ed ${name} (PID ${pid})${late}` };
  }
  if (state === "exited" && exit?.code === 0) return { name, said: `${action}ed ${name}, it has ended (exit 0)` };
  const why = error ?? (exit === null ? `it is ${state}` : `${exitPhrase(exit)}, and it is ${state}`);
  return failed(action, name, { why: escapeControls(why), hint: `appd why ${name}` });
}

function stopped({ name, before }: Change, after: ProgramStatus): Outcome {
  const { state, exit, leftovers = [] } = after;
  if (leftovers.length > 0) {
    const who = leftovers.map(({ pid, command }) => `PID ${pid} (${escapeControls(command)})`).join(", ");
    const hint = `end them: kill -KILL ${leftovers.map(({ pid }) => pid).join(" ")}`;
    return failed("stop", name, { why: `processes of it survived: ${who}`, hint });
  }
  if (after.pid !== null) return failed("stop", name, { why: `it is ${state}`, hint: `appd why ${name}` });
  if (before?.pid === null) {
    return {
      name,
      said: before.state === "backoff" ? `stopped ${name}, which waited for its next start` : `${name} was not running`,
    };
  }
  const forced = exit?.signal === "SIGKILL";
  return forced ? { name, said: `stopped ${name}, it had to be killed`, forced } : { name, said: `stopped ${name}` };
}
