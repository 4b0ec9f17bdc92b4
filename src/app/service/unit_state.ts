import { launchdDomain, type ServiceTarget, systemctlWords } from "../../service/manager_commands.ts";
import { statOf } from "../doctor/seen.ts";
import { ask, type ServiceWorld } from "./ports.ts";

/** What a service manager says of one service. */
export interface UnitState {
  /** Whether it starts at boot, or when its user logs in. */
  readonly enabled: boolean;
  /** `active`, `inactive`, `failed`, `activating`, `deactivating`; `unknown` when the manager does not answer. */
  readonly active: string;
  readonly pid: number | null;
  /** The file has changed since the manager has read it. */
  readonly stale: boolean;
  /** Programs that the daemon leaves behind live on. */
  readonly sparesPrograms: boolean;
  /** How the daemon ended last: `success`, `exit-code`, `signal`, `timeout`, …; systemd.exec(5). */
  readonly result: string | undefined;
  readonly exitCode: number | undefined;
}

/** Asks the service manager. Never throws: one that does not answer is `unknown`. */
export async function unitState(world: ServiceWorld, target: ServiceTarget): Promise<UnitState> {
  try {
    if (target.manager === "launchd") return await launchdState(world, target);
    return target.manager === "openrc" ? await openrcState(world, target) : await systemdState(world, target);
  } catch {
    return { ...UNKNOWN }; // No tool to ask with; what cannot be asked cannot be told either, and says so itself.
  }
}

const UNKNOWN: UnitState = {
  enabled: false,
  active: "unknown",
  pid: null,
  stale: false,
  sparesPrograms: false,
  result: undefined,
  exitCode: undefined,
};

const PROPERTIES = [
  "ActiveState",
  "UnitFileState",
  "MainPID",
  "NeedDaemonReload",
  "KillMode",
  "Result",
  "ExecMainStatus",
];

async function systemdState(world: ServiceWorld, { scope, unit }: ServiceTarget): Promise<UnitState> {
  const said = await ask(world, systemctlWords(scope, "show", `--property=${PROPERTIES.join(",")}`, unit));
  if (said.code !== 0) return UNKNOWN;
  const lines = said.stdout.split("\n").map((line): [string, string] => {
    const at = line.indexOf("=");
    return [line.slice(0, at), line.slice(at + 1)];
  });
  const says = new Map(lines);
  const pid = Number(says.get("MainPID"));
  return {
    enabled: (says.get("UnitFileState") ?? "").startsWith("enabled"),
    active: says.get("ActiveState") ?? "unknown",
    pid: pid > 0 ? pid : null,
    stale: says.get("NeedDaemonReload") === "yes",
    sparesPrograms: says.get("KillMode") === "process",
    result: says.get("Result"),
    exitCode: Number(says.get("ExecMainStatus") ?? 0),
  };
}

async function launchdState(world: ServiceWorld, target: ServiceTarget): Promise<UnitState> {
  const domain = launchdDomain(target);
  const printed = await ask(world, ["launchctl", "print", `${domain}/${target.unit}`]);
  const disabled = await ask(world, ["launchctl", "print-disabled", domain]);
  const off = disabled.stdout.split("\n").some((line) =>
    line.includes(`"${target.unit}"`) && /=> (true|disabled)/.test(line)
  );
  const pid = Number(/^\s*pid = (\d+)$/m.exec(printed.stdout)?.[1] ?? 0);
  const active = printed.code === 0 && pid > 0 ? "active" : "inactive";
  return { ...UNKNOWN, enabled: !off, active, pid: pid > 0 ? pid : null };
}

async function openrcState(world: ServiceWorld, { unit }: ServiceTarget): Promise<UnitState> {
  const { files } = world.context.system;
  const { code } = await ask(world, ["rc-service", unit, "status"]);
  // openrc-run(8): 3 stopped, 32 crashed; other codes are states on the way.
  const active = code === 0 ? "active" : code === 32 ? "failed" : code === 3 ? "inactive" : "activating";
  return { ...UNKNOWN, enabled: statOf(files, `/etc/runlevels/default/${unit}`) !== undefined, active };
}
