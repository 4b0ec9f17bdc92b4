import { AppdError, cannot } from "../../base/errors.ts";
import { EXIT_CODES, type ExitName } from "../../base/exit_codes.ts";
import type { StatusReport } from "../../base/reports.ts";
import { readState } from "../../instance/state_file.ts";
import type { ServiceTarget } from "../../service/manager_commands.ts";
import { delay } from "../../system/clock.ts";
import type { Context } from "../context.ts";
import { askStatus, daemonStatus } from "../control.ts";
import { loadContextConfig } from "../load.ts";
import { statOf } from "../doctor/seen.ts";
import { programSpecs } from "../programs/program_specs.ts";
import type { StartResult } from "../start.ts";
import { stoppedReport } from "../stopped_report.ts";
import { stopDaemon, type StopOptions, type StopResult } from "../stop.ts";
import { ask, type ServiceWorld, tell } from "./ports.ts";
import { type UnitState, unitState } from "./unit_state.ts";

/** A start through the service manager. */
export interface ServiceStart extends StartResult {
  readonly service: string;
  /** The daemon runs, but not as the service: the manager would not see it die. */
  readonly outside?: true;
}

/** A stop through the service manager. */
export interface ServiceStop extends StopResult {
  readonly service: string;
}

/** Longest wait for a daemon whose manager does not wait for it, in milliseconds. */
const READY_MS = 60_000;

/**
 * Has the service manager start the daemon; returns when it is ready.
 *
 * @throws AppdError with the daemon's own message, hint and exit code, as far as they can be read
 */
export async function startService(world: ServiceWorld, target: ServiceTarget): Promise<ServiceStart> {
  const { context } = world;
  const { clock } = context.system;
  const [began, since] = [clock.monotonic(), clock.now()];
  const service = target.unit;
  const early = await askStatus(context);
  if (early?.pid && early.state !== "stopping") {
    const { pid, url } = early;
    const outside = await runsOutside(world, target, pid);
    return { pid, url, already: true, ms: clock.monotonic() - began, service, ...(outside ? { outside } : {}) };
  }
  try {
    await tell(world, target, { action: "start" });
  } catch (error) {
    throw await whyNot(world, target, { error, since });
  }
  const { pid, url } = await ready(world, target);
  return { pid, url, already: false, ms: clock.monotonic() - began, service };
}

async function runsOutside(world: ServiceWorld, target: ServiceTarget, pid: number): Promise<boolean> {
  const { active, pid: main } = await unitState(world, target);
  return active !== "unknown" && (main === null ? active !== "active" : main !== pid);
}

/** The daemon's word; only systemd waits for it itself. */
async function ready(world: ServiceWorld, target: ServiceTarget): Promise<{ pid: number; url: string | null }> {
  const { context } = world;
  const { clock } = context.system;
  const end = clock.monotonic() + READY_MS;
  for (;;) {
    const status = await askStatus(context);
    if (status?.pid && status.state !== "starting") return { pid: status.pid, url: status.url };
    if (clock.monotonic() > end) {
      throw cannot(["start", target.unit], "the daemon is not ready after a minute", {
        exit: "unavailable",
        hint: `see: ${world.program} logs`,
      });
    }
    await delay(clock, 25);
  }
}

/** What the daemon said before it ended, else what the service manager says. */
async function whyNot(
  world: ServiceWorld,
  target: ServiceTarget,
  { error, since }: { error: unknown; since: number },
): Promise<unknown> {
  if (!(error instanceof AppdError) || error.exit !== "generic") return error;
  if (target.manager !== "systemd") return error;
  const { result, exitCode } = await unitState(world, target);
  const said = await lastWords(world, target, since);
  const exit = result === "exit-code" ? exitNamed(exitCode) : "generic";
  const cause = `the daemon did not come up (${result}${result === "exit-code" ? `, exit code ${exitCode}` : ""})`;
  if (said !== undefined) {
    return new AppdError(said.message, { exit, ...(said.hint === undefined ? {} : { hint: said.hint }), cause: error });
  }
  const hint = `see: ${journalWords(target).join(" ")}`;
  return new AppdError(`cannot start "${target.unit}": ${cause}`, { exit, hint, cause: error });
}

function exitNamed(code: number | undefined): ExitName {
  const found = Object.entries(EXIT_CODES).find(([, row]) => row.code === code);
  return found === undefined || found[0] === "ok" ? "generic" : found[0] as ExitName;
}

function journalWords({ scope, unit }: ServiceTarget): string[] {
  return ["journalctl", ...(scope === "user" ? ["--user-unit", unit] : ["--unit", unit])];
}

/** A line of the code that is drawn below a message. */
const FRAME = /^ *\d* \|/;

/** `appd: cannot …` and its hint, from the journal. */
async function lastWords(
  world: ServiceWorld,
  target: ServiceTarget,
  since: number,
): Promise<{ message: string; hint: string | undefined } | undefined> {
  const { program } = world;
  const when = `--since=@${Math.floor(since / 1000)}`;
  try {
    await ask(world, ["journalctl", "--sync"]);
    const words = [...journalWords(target), "--no-pager", "--quiet", "--output=cat", "--priority=err", when];
    const lines = (await ask(world, words)).stdout.split("\n");
    const at = lines.findLastIndex((line) => line.startsWith(`${program}: `));
    if (at < 0) return undefined;
    const rest = lines.slice(at + 1);
    const frame = rest.slice(0, Math.max(0, rest.findIndex((line) => !FRAME.test(line))));
    const hint = rest[frame.length]?.startsWith("hint: ") ? rest[frame.length]?.slice("hint: ".length) : undefined;
    return { message: [(lines[at] ?? "").slice(program.length + 2), ...frame].join("\n"), hint };
  } catch (error) {
    if (error instanceof AppdError) return undefined;
    throw error;
  }
}

/** What systemd calls an end on its own terms. */
const GRACEFUL: readonly (string | undefined)[] = ["success", undefined];

/**
 * Has the service manager stop the daemon, so that it does not start it again. A daemon that runs beside the service is
 * stopped as well.
 *
 * @throws AppdError (noPermission, generic) with the manager's words
 */
export async function stopService(
  world: ServiceWorld,
  target: ServiceTarget,
  { timeoutMs }: StopOptions = {},
): Promise<ServiceStop> {
  const { context } = world;
  const { clock } = context.system;
  const service = target.unit;
  const began = clock.monotonic();
  const before = await unitState(world, target);
  const runs = before.active !== "inactive" && before.active !== "failed";
  if (!runs) return { ...await stopBeside(world, timeoutMs), service };
  const pid = before.pid ?? (await askStatus(context))?.pid ?? undefined;
  const cut = await stopWithin(world, target, timeoutMs);
  const { result } = await unitState(world, target);
  if (isHeld(world)) return { ...await stopBeside(world, timeoutMs), service };
  const last = readState(context.system.files, context.paths.state);
  const told = last !== undefined && last.pid === pid ? last : undefined;
  const how = cut || !GRACEFUL.includes(result) ? "forced" : "graceful";
  const ends = { late: told?.killed ?? [], cancelled: told?.cancelled ?? [], orphans: [] };
  const ms = clock.monotonic() - began;
  return {
    was: pid === undefined ? "not running" : "running",
    ...(pid === undefined ? {} : { pid }),
    how,
    ms,
    ...ends,
    service,
  };
}

function isHeld({ context: { system, paths } }: ServiceWorld): boolean {
  return statOf(system.files, paths.lock) !== undefined && system.locks.isHeld(paths.lock);
}

/**
 * Ends a daemon that does not run as the service, and what one has left behind. In a home of another user root leaves
 * alone what nobody holds: a file that root makes there is one that the service cannot open.
 */
async function stopBeside(world: ServiceWorld, timeoutMs: number | undefined): Promise<StopResult> {
  const { context } = world;
  const { files, host } = context.system;
  const owner = statOf(files, context.paths.home)?.uid;
  if (owner !== undefined && owner !== host.uid && !isHeld(world)) {
    return { was: "not running", how: "graceful", ms: 0, late: [], cancelled: [], orphans: [] };
  }
  return await stopDaemon(context, timeoutMs === undefined ? {} : { timeoutMs });
}

/** @returns whether it had to be killed, because the time was over */
async function stopWithin(world: ServiceWorld, target: ServiceTarget, timeoutMs: number | undefined): Promise<boolean> {
  if (timeoutMs === undefined) {
    await tell(world, target, { action: "stop" });
    return false;
  }
  const { late } = await tell(world, target, { action: "stop", limitMs: timeoutMs });
  if (!late) return false;
  await tell(world, target, { action: "kill" });
  await tell(world, target, { action: "stop" }); // Waits for the end of it.
  return true;
}

/**
 * Stops the service and starts it again, after the configuration was found good. A daemon that ran beside the service is
 * the service's afterwards.
 *
 * @throws AppdError (config) before anything is stopped; (usage) when programs shall be kept that the manager would end
 */
export async function restartService(
  world: ServiceWorld,
  target: ServiceTarget,
  { keepPrograms }: { keepPrograms: boolean },
): Promise<{ stopped: ServiceStop; started: ServiceStart }> {
  const { context, program } = world;
  programSpecs(await loadContextConfig(context), { files: context.system.files, command: undefined });
  if (!keepPrograms) {
    const stopped = await stopService(world, target);
    return { stopped, started: await startService(world, target) };
  }
  const state = await unitState(world, target);
  if (!state.sparesPrograms) {
    throw cannot(["keep the programs of", target.unit], "its service manager ends all of its processes", {
      exit: "usage",
      hint: `install it so that they stay: ${program} install --${target.scope} --keep-programs`,
    });
  }
  const stopped = { ...await stopDaemon(context, { keepPrograms: true }), service: target.unit };
  return { stopped, started: await startService(world, target) };
}

/**
 * What there is of the daemon, also of one that died and left a PID file that root cannot trust, because the service's user
 * could have written it: whose service it is, and whether it runs, its manager knows.
 */
export async function serviceStatus(context: Context): ReturnType<typeof daemonStatus> {
  try {
    return await daemonStatus(context);
  } catch (error) {
    if (!(error instanceof AppdError) || error.exit !== "noPermission") throw error;
    const report = stoppedReport(context);
    const isHeld = context.system.locks.isHeld(context.paths.lock);
    return isHeld ? { exit: 4, report: { ...report, state: "starting", answers: false } } : { exit: 1, report };
  }
}

/** One line for `status`: `appd.service (system, enabled, active)`, and whether the daemon runs beside it. */
export async function serviceLine(
  world: ServiceWorld,
  target: ServiceTarget,
  report: Pick<StatusReport, "pid" | "state">,
): Promise<{ text: string; state: UnitState; outside: boolean }> {
  const state = await unitState(world, target);
  const words = [target.scope, state.enabled ? "enabled" : "disabled", state.active];
  const runs = report.pid !== null && report.state !== "stopped";
  const outside = runs && state.active !== "unknown" &&
    (state.pid === null ? state.active !== "active" : state.pid !== report.pid);
  const told = outside ? `; the daemon runs outside it, hand it over: ${world.program} restart` : "";
  return { text: `${target.unit} (${words.join(", ")})${told}`, state, outside };
}
