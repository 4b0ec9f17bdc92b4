import { dirname, join } from "node:path";
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

/** Waits for the user's service manager, which comes up by itself after {@link letLinger}. */
export async function userManagerUp({ context: { system } }: ServiceWorld): Promise<void> {
  const { clock, files, host } = system;
  const socket = join(host.env.XDG_RUNTIME_DIR || `/run/user/${host.uid}`, "systemd/private");
  const end = clock.monotonic() + MANAGER_MS;
  while (statOf(files, socket) === undefined && clock.monotonic() < end) await delay(clock, 25);
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
