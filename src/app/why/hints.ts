import { latest, type Subject } from "./subject.ts";
import { isSpawnTrouble } from "./trouble.ts";

/** What a hint depends on beside the program. */
export interface HintInput {
  readonly blockers: readonly Subject[];
  readonly configured: boolean;
}

/** Commands that may help, the likeliest first. */
export function hintsOf(subject: Subject, { blockers, configured }: HintInput): readonly string[] {
  const { name, state, ready, waiting_for = [] } = subject.status;
  const logs = `appd logs ${name} -n 50`;
  if (waiting_for.length > 0) return blockers.map(({ status }) => `appd why ${status.name}`);
  const isService = subject.status.kind === "service";
  const own = ownHint(subject);
  const settings = isService ? [] : [...kernelHints(subject), ...(configured ? settingsOf(subject) : [])];
  switch (state) {
    case "backoff":
    case "failed":
      return [...own, ...(spawned(subject) ? [logs] : []), ...settings, `appd programs reset ${name}`];
    case "exited":
      return [...own, logs, `appd programs start ${name}`];
    case "stopped":
      return [`appd programs start ${name}`];
    case "starting":
    case "running":
      return ready ? [] : [logs, ...settings];
    case "stopping":
      return [...(subject.status.lingering ? ["appd restart"] : []), `appd events --program ${name} -f`];
  }
}

/** What a service said with its last end. */
function ownHint({ status: { exit } }: Subject): string[] {
  return exit?.hint === undefined ? [] : [exit.hint];
}

/** Where the kernel says whether it was the one that killed: it leaves nothing else behind. */
function kernelHints(subject: Subject): string[] {
  if (subject.status.exit?.out_of_memory) return ["journalctl -k -g 'out of memory'"];
  return wasKilled(subject) ? ["dmesg | grep -i oom"] : [];
}

/** SIGKILL, also in a shell's words, that was not our own doing. */
function wasKilled({ status: { exit }, events }: Subject): boolean {
  const last = events.findLast(({ kind }) => kind === "ended" || kind === "unwell" || kind === "killing");
  return (exit?.signal === "SIGKILL" || exit?.code === 137) && (last === undefined || last.kind === "ended");
}

/** The settings that have to do with what went wrong. */
function settingsOf(subject: Subject): string[] {
  const { status, events } = subject;
  const explain = (key: string) => `appd config explain program.${status.family ?? status.name}.${key}`;
  const { exit, error } = status;
  const unwell = latest(events, "unwell")?.reason ?? "";
  if (isSpawnTrouble(error) || exit?.code === 126 || exit?.code === 127) return [explain("command")];
  if (exit?.code === 77) return [explain("user")];
  if (exit?.out_of_memory) return [explain("max_memory")];
  if (wasKilled(subject)) return [explain("limits")];
  if (/memory/.test(unwell)) return [explain("max_memory")];
  return /not ready within/.test(unwell) ? [explain("start_timeout")] : [];
}

/** Whether it ever came so far that it could write something. */
function spawned({ status, events }: Subject): boolean {
  return status.exit !== null || events.some(({ kind }) => kind === "started" || kind === "adopted");
}
