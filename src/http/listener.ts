import { AppdError, errnoOf, messageOf } from "../base/errors.ts";
import { type Logger, SILENT } from "../base/logger.ts";
import { type Clock, delay, systemClock } from "../system/clock.ts";
import { openFilesLimit } from "../system/limits.ts";
import { type ListeningSocket, type Sockets, systemSockets } from "../system/sockets.ts";
import type { ConnectionDeps, Handler } from "./connection.ts";
import { ConnectionPool } from "./connection_pool.ts";

/** A server that listens until it is closed. */
export interface Listener extends AsyncDisposable {
  /** `127.0.0.1:8321`, or the path of the socket. */
  readonly address: string;
  /** The port that was bound, also when 0 was asked for; 0 of a unix socket. */
  readonly port: number;
  /** Resolves when the listener has been closed; never rejects, because a listener that dies comes back. */
  readonly finished: Promise<void>;
  /**
   * Stops accepting, lets requests under way finish for a second, closes the rest. Until then every request is answered,
   * so a daemon that stops closes this last.
   */
  close(): Promise<void>;
}

/** What every listener may be given; the defaults are the machine's. */
export interface ListenerOptions {
  readonly handler: Handler;
  readonly log?: Logger;
  readonly clock?: Clock;
  readonly sockets?: Sockets;
  /** Open connections at once. Default: a quarter of the descriptors that this process may have, 256 at the most. */
  readonly maxConnections?: number;
  /** See {@link ConnectionDeps}. */
  readonly streamLimit?: ConnectionDeps["streamLimit"];
}

export interface AcceptOptions extends ListenerOptions {
  readonly address: string;
  /** Binds; called again when the listening socket dies. */
  readonly listen: () => ListeningSocket;
}

/** Milliseconds that requests under way get at close. */
const GRACE_MS = 1000;
/** Milliseconds from a failed accept or listen to the next try. */
const RETRY_MS = 50;
/** Milliseconds in which the runtime gives back the descriptor of a closed connection. */
const FREED_MS = 1;
/** The listening socket is sound, accept(2) just cannot give a connection now. */
const PASSING: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "ECONNABORTED", "EINTR"]);

/**
 * Accepts and serves connections in the background. Out of descriptors it closes its own oldest connections; when the
 * listening socket itself dies it listens again, every {@link RETRY_MS} until that works.
 *
 * @param socket the first listening socket
 */
export function acceptConnections(socket: ListeningSocket, options: AcceptOptions): Listener {
  const { clock = systemClock, log = SILENT, handler, streamLimit } = options;
  const limit = options.maxConnections ?? connectionLimit();
  const pool = new ConnectionPool({ clock, handler, log, limit, streamLimit });
  const stop = new AbortController();
  let current = socket;

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        pool.add(await current.accept());
      } catch (error) {
        if (stop.signal.aborted) return;
        await recover(error);
      }
    }
  }

  async function recover(error: unknown): Promise<void> {
    const errno = errnoOf(error) ?? "";
    const starved = errno === "EMFILE" || errno === "ENFILE";
    const freed = starved && pool.evict("out of file descriptors");
    await delay(clock, freed ? FREED_MS : RETRY_MS, stop.signal);
    if (PASSING.has(errno)) return;
    log.warn("the listener died, listening again", { address: options.address, error: messageOf(error) });
    current.close();
    await listenAgain();
  }

  async function listenAgain(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        current = options.listen();
        return;
      } catch (error) {
        if (!(error instanceof AppdError)) throw error;
        log.debug("cannot listen yet", { address: options.address, error: error.message });
        await delay(clock, RETRY_MS, stop.signal);
      }
    }
  }

  const finished = run().finally(() => pool.close(GRACE_MS));
  async function close(): Promise<void> {
    stop.abort();
    current.close();
    await finished;
  }
  return { address: options.address, port: socket.bound.port, finished, close, [Symbol.asyncDispose]: close };
}

function connectionLimit(): number {
  return Math.max(8, Math.min(256, Math.floor((openFilesLimit() ?? 1024) / 4)));
}

/** The sockets of the options, or the machine's. */
export function socketsOf(options: ListenerOptions): Sockets {
  return options.sockets ?? systemSockets;
}
