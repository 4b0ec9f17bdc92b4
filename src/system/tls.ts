import fs from "node:fs";
import type { Connection } from "./sockets.ts";

/** What {@link secure} has to know. */
export interface SecureOptions {
  readonly hostname: string;
  readonly signal: AbortSignal;
  /** PEM, trusted beside Mozilla's list; default: the host's. */
  readonly certificates?: string[];
}

/**
 * Speaks TLS over a connection that stands; the peer's certificate has to be good for `hostname`.
 *
 * The runtime holds on to a connection whose handshake hangs, also once it is closed, until the peer ends it. So the
 * runtime gets a connection within this machine, whose other end is ours, and we carry the bytes.
 *
 * @param conn closed with the returned connection, and when the handshake fails or `signal` aborts: it rejects then
 */
export async function secure(
  conn: Deno.TcpConn,
  { hostname, signal, certificates = hostCertificates() }: SecureOptions,
): Promise<Connection> {
  const stack = new DisposableStack();
  const close = () => stack.dispose();
  stack.use(conn);
  signal.addEventListener("abort", close);
  try {
    signal.throwIfAborted();
    const [near, far] = await pair();
    if (stack.disposed) [near, far].forEach((end) => end.close());
    signal.throwIfAborted();
    stack.use(far);
    const tls = await Deno.startTls(near, { hostname, caCerts: certificates });
    if (stack.disposed) tls.close();
    signal.throwIfAborted();
    stack.use(tls);
    carry(conn, far);
    carry(far, conn);
    await tls.handshake();
    signal.throwIfAborted();
    return toConnection(tls, close);
  } catch (error) {
    close();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
  }
}

function toConnection(tls: Deno.TlsConn, close: () => void): Connection {
  return {
    read: (into) => tls.read(into),
    write: (bytes) => tls.write(bytes),
    closeWrite: () => tls.closeWrite(),
    close,
  };
}

/** Both ends of a connection within this machine; a stranger who comes first is turned away. */
async function pair(): Promise<readonly [Deno.TcpConn, Deno.TcpConn]> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const near = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  for (;;) {
    const far = await listener.accept();
    if (far.remoteAddr.port === near.localAddr.port) return [near, far];
    far.close();
  }
}

/** Bytes and the end of them, one way, until either connection is closed. */
async function carry(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const chunk = new Uint8Array(16 * 1024);
  try {
    for (let length = await from.read(chunk); length !== null; length = await from.read(chunk)) {
      for (let sent = 0; sent < length;) sent += await to.write(chunk.subarray(sent, length));
    }
  } catch (error) {
    if (!isEnd(error)) throw error;
  }
  await to.closeWrite().catch((error) => {
    if (!isEnd(error)) throw error;
  });
}

/** Closed by us or by the other side; whoever reads or writes at the far end comes to know it. */
function isEnd(error: unknown): boolean {
  const { BadResource, BrokenPipe, ConnectionAborted, ConnectionReset, Interrupted, NotConnected, TimedOut } =
    Deno.errors;
  return [BadResource, BrokenPipe, ConnectionAborted, ConnectionReset, Interrupted, NotConnected, TimedOut]
    .some((kind) => error instanceof kind);
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
