import { AppdError, cannot } from "../../base/errors.ts";
import { EXIT_CODES, type ExitName } from "../../base/exit_codes.ts";
import type { ServiceTarget } from "../../service/manager_commands.ts";
import { delay } from "../../system/clock.ts";
import { askStatus } from "../control.ts";
import { type Running, runningOf, type StartResult } from "../start.ts";
import { ask, type ServiceWorld, tell } from "./ports.ts";
import { unitState } from "./unit_state.ts";

/** A start through the service manager. */
export interface ServiceStart extends StartResult {
  readonly service: string;
  /** The daemon runs, but not as the service: the manager would not see it die. */
  readonly outside?: true;
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
    const running = runningOf(early, early.pid);
    const outside = await runsOutside(world, target, running.pid);
    return { ...running, already: true, ms: clock.monotonic() - began, service, ...(outside ? { outside } : {}) };
  }
  try {
    await tell(world, target, { action: "start" });
  } catch (error) {
    throw await whyNot(world, target, { error, since });
  }
  const running = await ready(world, target);
  return { ...running, already: false, ms: clock.monotonic() - began, service };
}

async function runsOutside(world: ServiceWorld, target: ServiceTarget, pid: number): Promise<boolean> {
  const { active, pid: main } = await unitState(world, target);
  return active !== "unknown" && (main === null ? active !== "active" : main !== pid);
}

/** The daemon's word; only systemd waits for it itself. */
async function ready(world: ServiceWorld, target: ServiceTarget): Promise<Running> {
  const { context } = world;
  const { clock } = context.system;
  const end = clock.monotonic() + READY_MS;
  for (;;) {
    const status = await askStatus(context);
    if (status?.pid && status.state !== "starting") return runningOf(status, status.pid);
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
