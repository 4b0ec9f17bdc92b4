import { AppdError } from "../../base/errors.ts";
import { isInside, type ServiceDefinition } from "../../service/definition.ts";
import type { Manager } from "../../service/manager_commands.ts";
import { render } from "../../service/render.ts";
import type { Account } from "../../system/accounts.ts";
import { statOf } from "../doctor/seen.ts";
import { ask, refusal, type ServiceWorld } from "./ports.ts";

/** The user that a service runs as, and whether it has to be made first. */
export type ServiceAccount =
  | { readonly kind: "none" }
  | { readonly kind: "there"; readonly account: Account }
  | { readonly kind: "missing"; readonly user: string };

/**
 * Only the user that nobody has named, the one with the program's name, is ours to make.
 *
 * @throws AppdError (config) when a user was named that this host does not have
 */
export function accountOf(world: ServiceWorld, { user, program }: ServiceDefinition, manager: Manager): ServiceAccount {
  if (user === undefined) return { kind: "none" };
  const account = world.account(user);
  if (account !== undefined) return { kind: "there", account };
  if (user === program && manager !== "launchd") return { kind: "missing", user };
  throw new AppdError(`cannot install a service for user "${user}": this host has no such user`, {
    exit: "config",
    hint: "name one that is there: --run-as USER; or run it as root: --profile root",
  });
}

/** Makes the user of the service: no password, no shell, the service's home. @throws AppdError */
export async function makeAccount(world: ServiceWorld, definition: ServiceDefinition, manager: Manager): Promise<void> {
  const words = manager === "systemd" ? sysusers(definition) : useradd(definition);
  const said = await ask(world, words);
  if (said.code !== 0) throw refusal(words, said);
}

/**
 * Makes the home of a service that its unit does not make: below a read-only file system the daemon could not, and what is
 * not there cannot be opened for writing. @returns whether it was missing
 */
export async function makeHome(
  world: ServiceWorld,
  { home, user = "root", scope }: ServiceDefinition,
): Promise<boolean> {
  const { files } = world.context.system;
  if (scope === "user" || isInside(home, "/var/lib") || statOf(files, home) !== undefined) return false;
  const words = ["install", "--directory", "--mode=0700", `--owner=${user}`, "--", home];
  const said = await ask(world, words);
  if (said.code !== 0) throw refusal(words, said);
  return true;
}

/** The very line that `generate sysusers` has. */
function sysusers(definition: ServiceDefinition): string[] {
  const lines = render("sysusers", definition).flatMap(({ text }) => text.split("\n"));
  return ["systemd-sysusers", "--inline", ...lines.filter((line) => line.startsWith("u "))];
}

function useradd({ user = "", home }: ServiceDefinition): string[] {
  return [
    "useradd",
    "--system",
    "--user-group",
    "--no-create-home",
    "--home-dir",
    home,
    "--shell",
    "/sbin/nologin",
    user,
  ];
}
