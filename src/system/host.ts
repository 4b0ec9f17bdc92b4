import os from "node:os";
import process from "node:process";

/** Who and where we are, read once at the edge. */
export interface Host {
  /** Name of this machine, gethostname(2). */
  readonly name: string;
  readonly pid: number;
  readonly ppid: number;
  readonly uid: number;
  readonly env: Readonly<Record<string, string>>;
  readonly homeDirectory: string;
  /** The directory that we are in; throws when it was removed. */
  cwd(): string;
  /** argv that runs this same program again: the compiled binary, or the runtime with its main module. */
  readonly self: readonly string[];
  readonly platform: typeof Deno.build.os;
}

/** The process that this code runs in. */
export function systemHost(): Host {
  return {
    name: os.hostname(),
    pid: Deno.pid,
    ppid: process.ppid,
    uid: Deno.build.os === "windows" ? 0 : Deno.uid() ?? 0,
    env: Deno.env.toObject(),
    cwd: () => Deno.cwd(),
    homeDirectory: Deno.env.get("HOME") || os.homedir(),
    self: Deno.build.standalone
      ? [Deno.execPath()]
      : [Deno.execPath(), "run", "-A", "--quiet", "--unstable-net", Deno.mainModule],
    platform: Deno.build.os,
  };
}
