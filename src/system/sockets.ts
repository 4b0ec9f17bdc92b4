import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { secure } from "./tls.ts";

/** One accepted stream connection. */
export interface Connection {
  /** Bytes read into `into`, or null at the end of the stream. Rejects once the connection is closed. */
  read(into: Uint8Array): Promise<number | null>;
  /** Bytes written, which can be fewer than given. */
  write(bytes: Uint8Array): Promise<number>;
  /** Shuts the writing side down (FIN), so that the peer sees the end while we may still read. */
  closeWrite(): Promise<void>;
  /** Closing twice does nothing. */
  close(): void;
}

/** A listening socket. A failed `accept` (EMFILE, ECONNABORTED) leaves it listening: call again. */
export interface ListeningSocket {
  /** What the kernel says was bound; a path has port 0. */
  readonly bound: { readonly hostname: string; readonly port: number };
  accept(): Promise<Connection>;
  /** Makes a waiting `accept` reject. */
  close(): void;
}

/** Stream listeners. Both methods throw what the runtime throws, an Error with an errno `code` where there is one. */
export interface Sockets {
  listenTcp(address: { readonly hostname: string; readonly port: number }): ListeningSocket;
  /** Mode 0600 from the first moment: the umask decides about a socket's mode at bind(2), unix(7). */
  listenUnix(path: string): ListeningSocket;
}

/** Outgoing stream connections. */
export interface Connector {
  /**
   * A connection of its own at each call; nothing between reads a proxy out of the environment. With `tls` the peer's
   * certificate has to be good for `hostname`, by Mozilla's list or the host's.
   *
   * Rejects with what the runtime throws, also when `signal` aborts; nothing is left open then.
   */
  connect(
    address: { readonly hostname: string; readonly port: number; readonly tls?: boolean },
    signal: AbortSignal,
  ): Promise<Connection>;
}

/** The machine's sockets. */
export const systemSockets: Sockets = {
  listenTcp(address) {
    const listener = Deno.listen({
      hostname: address.hostname,
      port: address.port,
      transport: "tcp",
      tcpBacklog: 4096,
    });
    return wrap(listener, { hostname: listener.addr.hostname, port: listener.addr.port });
  },
  listenUnix(path) {
    const before = Deno.umask(0o177);
    try {
      return wrap(Deno.listen({ transport: "unix", path }), { hostname: path, port: 0 });
    } finally {
      Deno.umask(before);
    }
  },
};

/** Connections from this machine. */
export const systemConnector: Connector = {
  async connect({ hostname, port, tls = false }, signal) {
    const conn = await connectTo(await addressesOf(hostname), port, signal);
    return tls ? await secure(conn, { hostname, signal }) : toConnection(conn);
  },
};

/** Looked up here: where the runtime does it, it leaves something behind each time a name is not found. */
async function addressesOf(hostname: string): Promise<string[]> {
  if (isIP(hostname) !== 0) return [hostname];
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}

/** The first address that answers; the error is the last one's. */
async function connectTo([first = "", ...rest]: string[], port: number, signal: AbortSignal): Promise<Deno.TcpConn> {
  signal.throwIfAborted();
  try {
    return await connectOrClose({ hostname: first, port }, signal);
  } catch (error) {
    if (signal.aborted || rest.length === 0) throw error;
    return await connectTo(rest, port, signal);
  }
}

/**
 * Milliseconds that a connection has to come about after the abort. The runtime loses one that does so at the very moment
 * that its own signal aborts: it stays open, and nobody has it.
 */
const LAST_CHANCE = 50;

async function connectOrClose(address: { hostname: string; port: number }, signal: AbortSignal): Promise<Deno.TcpConn> {
  const giveUp = new AbortController();
  let timer: number | undefined;
  const aborted = () => void (timer = setTimeout(() => giveUp.abort(), LAST_CHANCE));
  signal.addEventListener("abort", aborted);
  try {
    const conn = await Deno.connect({ ...address, signal: giveUp.signal });
    if (signal.aborted) conn.close();
    signal.throwIfAborted();
    return conn;
  } finally {
    signal.removeEventListener("abort", aborted);
    clearTimeout(timer);
  }
}

function wrap(listener: Deno.Listener, bound: ListeningSocket["bound"]): ListeningSocket {
  return {
    bound,
    accept: async () => toConnection(undelayed(await listener.accept())),
    close: closeOnce(listener),
  };
}

/**
 * Without it the kernel keeps a small write back until the one before has been acknowledged, tcp(7) TCP_NODELAY: of a head
 * and its body on a connection that stays open, the body came 40 ms late.
 */
function undelayed(conn: Deno.Conn): Deno.Conn {
  try {
    if ("setNoDelay" in conn) (conn as Deno.TcpConn).setNoDelay();
  } catch (error) {
    if (!(error instanceof Error)) throw error; // The peer has gone already (EINVAL on macOS): its reader will see that.
  }
  return conn;
}

function toConnection(conn: Deno.Conn): Connection {
  return {
    read: (into) => conn.read(into),
    write: (bytes) => conn.write(bytes),
    closeWrite: () => conn.closeWrite(),
    close: closeOnce(conn),
  };
}

function closeOnce(resource: { close(): void }): () => void {
  let open = true;
  return () => {
    if (open) resource.close();
    open = false;
  };
}
