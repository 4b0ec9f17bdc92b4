import fs from "node:fs";

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
    const conn = await Deno.connect({ hostname, port, signal });
    return toConnection(tls ? await secured(conn, hostname, signal) : conn);
  },
};

/** @param conn closed when the handshake fails or `signal` aborts */
async function secured(conn: Deno.TcpConn, hostname: string, signal: AbortSignal): Promise<Deno.Conn> {
  const outer = await Deno.startTls(conn, { hostname, caCerts: hostCertificates() });
  const close = closeOnce(outer);
  signal.addEventListener("abort", close);
  try {
    signal.throwIfAborted();
    await outer.handshake();
    return outer;
  } catch (error) {
    close();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
  }
}

/** What the host trusts beside Mozilla's list: Debian's, Red Hat's and Alpine's place of the bundle. */
function hostCertificates(): string[] {
  for (const path of ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]) {
    try {
      return [fs.readFileSync(path, "utf8")];
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code !== "ENOENT" && code !== "EACCES") throw error;
    }
  }
  return [];
}

function wrap(listener: Deno.Listener, bound: ListeningSocket["bound"]): ListeningSocket {
  return {
    bound,
    accept: async () => toConnection(await listener.accept()),
    close: closeOnce(listener),
  };
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
