import { failureIn, type ProgramEvent } from "../../programs/events.ts";
import { endingText } from "../../base/ending.ts";
import type { OnFailed } from "../../programs/program_spec.ts";
import type { Supervisor } from "../../programs/supervisor.ts";
import type { Daemon } from "../running_daemon.ts";

/**
 * Carries out `on_failed` when a program cannot be kept running: it failed for good, it crashes again and again, it ended
 * badly and is not to be restarted, or it is a service that ignores its signal and is to begin again. `degrade` is a
 * matter of health, and nothing has to be done.
 */
export function obeyOnFailed(supervisor: Supervisor, daemon: Daemon): Disposable {
  return supervisor.onEvent((event) => {
    const reason = givenUp(event);
    const onFailed: OnFailed = reason === undefined ? "degrade" : supervisor.onFailed(event.program);
    if (reason === undefined || onFailed === "degrade") return;
    if (onFailed === "exit") return daemon.giveUp(event.program, reason);
    const others = supervisor.list().map(({ name }) => name).filter((name) => name !== event.program);
    void supervisor.halt(others, `${event.program} failed: ${reason}`);
  });
}

/** Why a program will not run any more, or not well; undefined for any other event. */
function givenUp(event: ProgramEvent): string | undefined {
  if (event.kind === "crash_loop") return `${event.failures} failures within 5 minutes`;
  if (event.kind !== "ended" || !event.expected) return failureIn(event);
  return event.exit !== "unknown" && "code" in event.exit && event.exit.code === 0 ? undefined : endingText(event.exit);
}
