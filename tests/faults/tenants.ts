/** Who lives in an instance's home, as /proc tells it: nothing here asks the daemon. */
import fs from "node:fs";
import { systemProcesses } from "../../src/system/processes.ts";
import { BINARY, type Instance } from "../support/instance.ts";

/** A live process of a program. */
export interface Tenant {
  readonly pid: number;
  /** Its program, by the mark in its environment or the FIFO that it writes to. */
  readonly program: string;
  /** It leads a session and its last argument is the program's name after `main-`: a copy of the program itself. */
  readonly isMain: boolean;
}

/** Every live process of every program of the instance, but for the daemon's own commands. */
export function tenantsOf({ home }: Pick<Instance, "home">): Tenant[] {
  const root = `${fs.realpathSync(home)}/programs/`;
  return systemProcesses.list().filter((one) => one.state !== "Z" && one.pgid !== 0).flatMap(({ pid, sid }) => {
    const program = programOf(pid, root);
    if (program === undefined) return [];
    const isMain = pid === sid && (systemProcesses.commandLine(pid).at(-1) ?? "").startsWith("main-");
    return [{ pid, program, isMain }];
  });
}

function programOf(pid: number, root: string): string | undefined {
  const mark = `APPD_PROGRAM_ID=${root}`;
  const entry = systemProcesses.environment(pid).find((one) => one.startsWith(mark));
  if (entry !== undefined) return entry.slice(mark.length);
  const output = systemProcesses.outputs(pid).find((one) => one.startsWith(root) && one.includes("/output.fifo"));
  return output?.slice(root.length).split("/")[0];
}

/** Every process of the binary itself for this home: daemons, and commands that are under way. */
export function ownProcesses(instance: Instance): number[] {
  return instance.processes().filter((pid) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "") === BINARY;
    } catch {
      return false; // gone
    }
  });
}
