import { dirname, join } from "node:path";
import { systemctlWords } from "../../service/manager_commands.ts";
import { readOwned } from "../../service/ownership.ts";
import { resolveAccount } from "../../system/accounts.ts";
import { delay } from "../../system/clock.ts";
import { statOf, unlessRefused } from "../doctor/seen.ts";
import { presentText } from "./installed.ts";
import { ask, type ServiceWorld } from "./ports.ts";

/** What became of the wish that a user's services outlive the sessions. */
export type Lingering = "already" | "set" | "refused";

/** Name of the user whose services these are. */
export function ownName({ context: { system: { host } } }: ServiceWorld): string {
  return resolveAccount({ user: String(host.uid), group: "0" }, host.uid).name;
}

/** Lets the user's services run without a session, if we may: loginctl(1). */
export async function letLinger(world: ServiceWorld): Promise<Lingering> {
  const name = ownName(world);
  if (lingers(world, name)) return "already";
  await ask(world, ["loginctl", "--no-ask-password", "enable-linger", name]);
  return lingers(world, name) ? "set" : "refused";
}

/** Longest wait for the service manager of a user that begins to linger, in milliseconds. */
const MANAGER_MS = 10_000;
/** Longest wait for the end of one that is ending, with all its services, and for the next one, in milliseconds. */
const ENDING_MS = 120_000;
/** Milliseconds between two looks. */
const LOOK_MS = 50;

/**
 * Waits for the user's service manager, which comes up by itself after {@link letLinger}. One that is still ending,
 * because its user lingered until a moment ago, takes in what it is told and forgets it: the next one is waited for.
 */
export async function userManagerUp(world: ServiceWorld): Promise<void> {
  const { clock } = world.context.system;
  const last = clock.monotonic() + ENDING_MS;
  let end = clock.monotonic() + MANAGER_MS;
  for (;;) {
    const state = await managerState(world);
    if (state === "ending") end = Math.min(last, clock.monotonic() + MANAGER_MS);
    if (state === "up" || clock.monotonic() >= end) return;
    await delay(clock, LOOK_MS);
  }
}

/**
 * What the host's manager says of the user's, whose socket is there to the end; without an answer, whether that socket is
 * there.
 */
async function managerState(world: ServiceWorld): Promise<"up" | "ending" | "absent"> {
  const { files, host } = world.context.system;
  const socket = join(host.env.XDG_RUNTIME_DIR || `/run/user/${host.uid}`, "systemd/private");
  const hasSocket = statOf(files, socket) !== undefined;
  const about = ["show", "--property=ActiveState", "--property=Job", `user@${host.uid}.service`];
  const { code, stdout } = await ask(world, systemctlWords("system", ...about));
  const [, active] = /^ActiveState=(\w+)$/m.exec(stdout) ?? [];
  if (code !== 0 || active === undefined) return hasSocket ? "up" : "absent";
  const hasJob = /^Job=[1-9]/m.test(stdout); // It is about to end, or to begin.
  if (active === "deactivating" || (active === "active" && hasJob)) return "ending";
  return active === "active" && hasSocket ? "up" : "absent";
}

/** Takes back what {@link letLinger} has set. @returns whether that was possible */
export async function endLinger(world: ServiceWorld): Promise<boolean> {
  const { code } = await ask(world, ["loginctl", "--no-ask-password", "disable-linger", ownName(world)]);
  return code === 0;
}

function lingers({ context: { system } }: ServiceWorld, name: string): boolean {
  return statOf(system.files, join("/var/lib/systemd/linger", name)) !== undefined;
}

/** Whether another service of ours beside `path` counts on lingering that we have set. */
export function siblingLingers({ context: { system: { files } } }: ServiceWorld, path: string): boolean {
  const directory = dirname(path);
  const names = unlessRefused(() => files.list(directory)) ?? [];
  return names.map((name) => join(directory, name)).filter((other) => other !== path && other.endsWith(".service"))
    .some((other) => {
      const text = unlessRefused(() => presentText(files, other));
      return text !== undefined && readOwned(text)?.memory.linger === true;
    });
}
