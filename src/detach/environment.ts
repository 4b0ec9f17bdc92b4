/** Variables through which a parent could steer the runtime or the loader of the daemon. */
const STEERING = /^(DENO_|NODE_|LD_|DYLD_|MALLOC_|GCONV_PATH$|RUST_)/;

/** Variable with the path of the socket on which the starting process waits for the news. */
export const READY_VARIABLE = "APPD_INTERNAL_READY";

/** Variable with the directory in which the command after `--` was given; the daemon itself moves to `/`. */
export const CWD_VARIABLE = "APPD_INTERNAL_CWD";

/** The environment of the detached daemon: the caller's, without what steers the runtime, the loader or the handshake. */
export function scrubEnvironment(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !STEERING.test(name) && !name.startsWith("APPD_INTERNAL_")),
  );
}
