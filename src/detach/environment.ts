import { isManagerVariable } from "../system/manager_variables.ts";

/** Variables through which a parent could steer the runtime or the loader of the daemon. */
const STEERING = /^(DENO_|NODE_|LD_|DYLD_|MALLOC_|GCONV_PATH$|RUST_)/;

/** What a daemon gives to its programs. One that is started out of a program is not a part of it. */
const OF_A_PROGRAM: readonly string[] = ["APPD_PROGRAM", "APPD_PROGRAM_ID", "APPD_INSTANCE"];

/**
 * Variable that makes our own binary the daemon which a `start` command waits for: a JSON text, the order. The words of the
 * command line only say to people what runs; nothing is parsed twice.
 */
export const ORDER_VARIABLE = "APPD_INTERNAL_START";

/**
 * The environment of the detached daemon: the caller's, without what steers the runtime, the loader or the handshake, what
 * marks a program, and what a service manager gave to the caller alone.
 */
export function scrubEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) =>
      !STEERING.test(name) && !name.startsWith("APPD_INTERNAL_") && !OF_A_PROGRAM.includes(name) &&
      !isManagerVariable(name)
    ),
  );
}
