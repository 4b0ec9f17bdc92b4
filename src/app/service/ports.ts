import { AppdError, errnoOf } from "../../base/errors.ts";
import { type Action, managerCommands, type ServiceTarget } from "../../service/manager_commands.ts";
import { type Account, resolveAccount } from "../../system/accounts.ts";
import { type RunBounded, runBounded } from "../../system/bounded_command.ts";
import { closedPart } from "../../system/exec_trouble.ts";
import type { Context } from "../context.ts";

/** What the verbs of services need beside the instance. */
export interface ServiceWorld {
  readonly context: Context;
  /** Name of the program: `appd`, or that of an app made with the kit. */
  readonly program: string;
  readonly run: RunBounded;
  /** The account of that name; undefined when there is none. */
  account(name: string): Account | undefined;
  /** The first part of a path that `account` may not execute or enter. */
  closedPart(path: string, account: Account): string | undefined;
}

/** This machine's. */
export function serviceWorld(context: Context): ServiceWorld {
  return { context, program: context.app.product.name, run: runBounded, account: accountNamed, closedPart };
}

function accountNamed(user: string): Account | undefined {
  try {
    return resolveAccount({ user }, 0);
  } catch (error) {
    if (error instanceof AppdError && error.exit === "config") return undefined;
    throw error;
  }
}

/** How a tool of the host has ended. */
export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It took too long, and was killed. */
  readonly late: boolean;
}

const TOOLS_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** Milliseconds for a question, or a change that waits for nobody. */
const QUICK_MS = 30_000;
/** Milliseconds for what waits for the daemon; the manager has limits of its own, which are shorter. */
const PATIENT_MS = 900_000;
const MAX_BYTES = 256 * 1024;

/**
 * Runs a tool of the host to its end, in English.
 *
 * @throws AppdError (unavailable) when it is not there
 */
export async function ask(world: ServiceWorld, words: readonly string[], limitMs = QUICK_MS): Promise<Said> {
  try {
    const { code, stdout, stderr, cut } = await world.run({
      command: words,
      cwd: "/",
      env: environment(world),
      limitMs,
      maxBytes: MAX_BYTES,
    });
    return { code, stdout: new TextDecoder().decode(stdout), stderr, late: cut === "time" };
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw new AppdError(`cannot run "${words[0]}": it is not there, or cannot be executed (${errnoOf(error)})`, {
      exit: "unavailable",
      hint: `it belongs to the service manager; without one: ${world.program} start`,
      cause: error,
    });
  }
}

/** The bus of a user is found by these; a login sets them, sudo and cron do not. */
function environment({ context: { system: { host } } }: ServiceWorld): Record<string, string> {
  const { XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS: bus } = host.env;
  return {
    PATH: TOOLS_PATH,
    LANG: "C.UTF-8",
    HOME: host.homeDirectory,
    XDG_RUNTIME_DIR: XDG_RUNTIME_DIR || `/run/user/${host.uid}`,
    ...(bus ? { DBUS_SESSION_BUS_ADDRESS: bus } : {}),
    SYSTEMD_COLORS: "0",
  };
}

/**
 * Tells the service manager what to do with a service.
 *
 * @param limitMs instead of the usual time; the result then says who was late instead of throwing
 * @throws AppdError (noPermission, unavailable, generic) with its own words
 */
export async function tell(
  world: ServiceWorld,
  target: ServiceTarget,
  { action, limitMs }: { action: Action; limitMs?: number },
): Promise<{ late: boolean }> {
  const usual = ["start", "stop", "restart"].includes(action) ? PATIENT_MS : QUICK_MS;
  for (const { words, mayFail } of managerCommands(target)[action]) {
    const said = await ask(world, words, limitMs ?? usual);
    if (said.late && limitMs !== undefined) return { late: true };
    if (said.code !== 0 && !mayFail) throw refusal(words, said);
  }
  return { late: false };
}

const NO_PERMISSION =
  /access denied|authentication (is )?required|permission denied|not permitted|superuser|not privileged/i;
const NO_BUS = /failed to connect to (the )?(user scope )?bus|no medium found|connection refused/i;

/** What a tool said against it, as an error with the exit code of its kind. */
export function refusal(words: readonly string[], said: Said): AppdError {
  const line = words.filter((word) => !word.startsWith("--no-")).join(" ");
  const text = said.late ? "no answer in time" : firstLine(said.stderr || said.stdout) || `exit code ${said.code}`;
  const message = `cannot run "${line}": ${text}`;
  if (NO_PERMISSION.test(text)) return new AppdError(message, { exit: "noPermission", hint: `as root: sudo ${line}` });
  if (NO_BUS.test(text)) {
    const hint = words.includes("--user")
      ? "your service manager does not run: log in, or let it run always: loginctl enable-linger"
      : "the service manager does not answer";
    return new AppdError(message, { exit: "unavailable", hint });
  }
  return new AppdError(message, { exit: "generic" });
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}
