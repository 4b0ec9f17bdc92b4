/** The compiled binary under a wall clock that a test sets; its monotonic clock goes on as it is. */
import fs from "node:fs";
import { join } from "node:path";
import { BINARY, type Instance } from "../support/instance.ts";

/** libfaketime, where a distribution puts it. */
const SHIMS = ["/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1", "/usr/lib64/faketime/libfaketime.so.1"];

/** Undefined where the shim is not installed: Debian has it in the package faketime. */
export const SHIM: string | undefined = SHIMS.find((path) => fs.existsSync(path));

export interface ShiftedDaemon extends AsyncDisposable {
  readonly pid: number;
  /** Sets the wall clock of the daemon to `seconds` before or after the real one. */
  set(seconds: number): void;
  /** The daemon's wall time in milliseconds. */
  now(): number;
  /** Ends it in order. */
  stop(): Promise<void>;
}

/** Starts a daemon in the foreground (a detached one takes no LD_PRELOAD along), `seconds` away from the real time. */
export function startShifted(instance: Instance, seconds: number): ShiftedDaemon {
  const { home } = instance;
  const file = join(home, "wall-clock");
  let offset = 0;
  const set = (next: number) => {
    offset = next;
    fs.writeFileSync(`${file}.new`, `${next < 0 ? "" : "+"}${next}`);
    fs.renameSync(`${file}.new`, file);
  };
  set(seconds);
  const child = new Deno.Command(BINARY, {
    args: ["run"],
    clearEnv: true,
    env: {
      ...instance.env(),
      LD_PRELOAD: SHIM ?? "",
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      DONT_FAKE_MONOTONIC: "1",
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    child.kill("SIGTERM");
    await child.status;
  };
  return { pid: child.pid, set, now: () => Date.now() + offset * 1000, stop, [Symbol.asyncDispose]: stop };
}
