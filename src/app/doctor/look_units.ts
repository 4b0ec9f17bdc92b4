import { join } from "node:path";
import type { UnitSeen } from "../../doctor/scene.ts";
import { DEFAULT_INSTANCE } from "../../instance/paths.ts";
import { resolveAccount } from "../../system/accounts.ts";
import { resolved } from "../../system/executable.ts";
import type { Context } from "../context.ts";
import { runsSystemd } from "./look_host.ts";
import { statOf, unlessRefused } from "./seen.ts";

/** A unit that is installed for this instance. `wanted`: what this binary would write there, where that is known. */
export interface InstalledUnit {
  readonly path: string;
  readonly scope: "system" | "user";
  readonly text: string;
  readonly wanted?: string;
  /** We have installed it, for this home. */
  readonly isOurs?: true;
}

const SYSTEM_PLACES = [
  "/etc/systemd/system",
  "/run/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
];

/** Units that are called as those of this instance, in systemd's directories: systemd.unit(5). */
export function systemdUnits({ app: { product: { unit } }, instance, system }: Context): InstalledUnit[] {
  const { files, host } = system;
  const names = instance === DEFAULT_INSTANCE
    ? [`${unit}.service`]
    : [`${unit}-${instance}.service`, `${unit}@${instance}.service`, `${unit}@.service`];
  const own = join(host.env.XDG_CONFIG_HOME || join(host.homeDirectory, ".config"), "systemd/user");
  const places = [
    ...SYSTEM_PLACES.map((place) => ({ place, scope: "system" as const })),
    ...[own, "/etc/systemd/user"].map((place) => ({ place, scope: "user" as const })),
  ];
  return places.flatMap(({ place, scope }) =>
    names.flatMap((name) => {
      const path = join(place, name);
      const text = unlessRefused(() => files.readText(path));
      return text === undefined ? [] : [{ path, scope, text }];
    })
  );
}

/**
 * Whose the instance's files have to be: ours; when root looks at a service of ours, the user's whose home it is.
 */
export function keeperOf({ system: { files, host }, paths }: Context, units: readonly InstalledUnit[]): number {
  if (host.uid !== 0 || !units.some(({ isOurs, scope }) => isOurs && scope === "system")) return host.uid;
  return statOf(files, paths.home)?.uid ?? host.uid;
}

/** What each unit starts, and whether that is this program. */
export function lookAtUnits({ system: { host, files } }: Context, units: readonly InstalledUnit[]): UnitSeen[] {
  return units.map(({ path, scope, text, wanted }) => {
    const started = binaryIn(text);
    const binary = started === undefined ? undefined : {
      path: started,
      exists: statOf(files, started) !== undefined && resolved(started) !== undefined,
      isThis: resolved(started) === resolved(host.self[0] ?? ""),
    };
    return { path, scope, text, wanted, binary };
  });
}

/** The first word of ExecStart= in the text of a unit, systemd.service(5) and systemd.syntax(7); undefined without one. */
export function binaryIn(text: string): string | undefined {
  const line = text.split("\n").findLast((one) => /^ExecStart\s*=\s*\S/.test(one));
  const command = line?.replace(/^ExecStart\s*=\s*[-@:+!|]*/, "") ?? "";
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(command)?.[1]?.replace(/\\(.)/g, "$1");
  const word = (quoted ?? command.split(/\s/, 1)[0] ?? "").replaceAll("%%", "%");
  return word.startsWith("/") ? word : undefined;
}

/** The user whose units end with its last session: loginctl(1). */
export function notLingering(
  { system: { files, host } }: Context,
  units: readonly InstalledUnit[],
): string | undefined {
  if (!units.some(({ scope }) => scope === "user") || !runsSystemd(files)) return undefined;
  const name = resolveAccount({ user: String(host.uid), group: "0" }, host.uid).name;
  return statOf(files, `/var/lib/systemd/linger/${name}`) === undefined ? name : undefined;
}
