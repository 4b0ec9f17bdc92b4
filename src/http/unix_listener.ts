import { cannot, systemError } from "../base/errors.ts";
import { type Files, systemFiles } from "../system/files.ts";
import type { ListeningSocket } from "../system/sockets.ts";
import { acceptConnections, type Listener, type ListenerOptions, socketsOf } from "./listener.ts";

export interface UnixOptions extends ListenerOptions {
  /** Absolute, at most 107 bytes (sun_path of unix(7)). */
  readonly path: string;
  readonly files?: Pick<Files, "stat" | "unlink">;
}

const MAX_PATH_BYTES = 107;

/**
 * Serves HTTP on a unix socket of mode 0600. The caller holds the instance's lock: a socket that is there already is a
 * dead daemon's and is replaced. `close` removes the socket.
 *
 * @throws AppdError (cannotCreate, noPermission) when the path is too long, taken by another kind of file, or not writable
 */
export function serveSocket(options: UnixOptions): Listener {
  const { path, files = systemFiles } = options;
  checkLength(path);
  const listen = () => {
    removeStale(path, files);
    return bind(options);
  };
  const listener = acceptConnections(listen(), { ...options, address: path, listen });
  async function close(): Promise<void> {
    await listener.close();
    files.unlink(path);
  }
  return { ...listener, close, [Symbol.asyncDispose]: close };
}

function checkLength(path: string): void {
  const length = new TextEncoder().encode(path).length;
  if (length <= MAX_PATH_BYTES) return;
  throw cannot(["listen on", path], `the path has ${length} bytes, a socket's path may have ${MAX_PATH_BYTES}`, {
    exit: "cannotCreate",
    hint: "choose a shorter directory with --home",
  });
}

function removeStale(path: string, files: Pick<Files, "stat" | "unlink">): void {
  const kind = files.stat(path)?.kind;
  if (kind === undefined) return;
  if (kind !== "socket") {
    throw cannot(["listen on", path], `a ${kind} is there, not a socket`, {
      exit: "cannotCreate",
      hint: `look at it, and move it away: ls -l '${path}'`,
    });
  }
  try {
    files.unlink(path);
  } catch (error) {
    throw systemError(["remove", path], error);
  }
}

function bind(options: UnixOptions): ListeningSocket {
  try {
    return socketsOf(options).listenUnix(options.path);
  } catch (error) {
    throw systemError(["listen on", options.path], error, "check the directory's owner and mode");
  }
}
