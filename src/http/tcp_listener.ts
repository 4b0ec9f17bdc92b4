import { type AppdError, cannot, errnoOf, messageOf } from "../base/errors.ts";
import { escapeControls } from "../base/escape.ts";
import { findPortHolder } from "../system/port_holder.ts";
import { type ListeningSocket, systemSockets } from "../system/sockets.ts";
import { acceptConnections, type Listener, type ListenerOptions, socketsOf } from "./listener.ts";

export interface TcpOptions extends ListenerOptions {
  /** IP address or host name to bind. */
  readonly hostname: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/**
 * Serves HTTP on a TCP address.
 *
 * @throws AppdError (unavailable) when the address is taken or not this host's, naming the holder where it can be seen;
 *   (noPermission) for a privileged port
 */
export function serveTcp(options: TcpOptions): Listener {
  const first = listen(options, options.port);
  const { port } = first.bound;
  const address = addressText(options.hostname, port);
  return acceptConnections(first, { ...options, address, listen: () => listen(options, port) });
}

/**
 * Listens on an address for an instant, to see whether it can be served.
 *
 * @param address.isOurs the port is held by a daemon that will give it up: only whether this host has the address is tried
 * @throws AppdError as {@link serveTcp}
 */
export function tryTcp({ hostname, port, isOurs }: Address & { readonly isOurs: boolean }): void {
  try {
    systemSockets.listenTcp({ hostname, port: isOurs ? 0 : port }).close();
  } catch (error) {
    throw listenError({ hostname, port }, error);
  }
}

/** `host:port` as a URL writes it, an IPv6 address in brackets. */
export function addressText(hostname: string, port: number): string {
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}

function listen(options: TcpOptions, port: number): ListeningSocket {
  const asked = { hostname: options.hostname, port };
  let socket: ListeningSocket;
  try {
    socket = socketsOf(options).listenTcp(asked);
  } catch (error) {
    throw listenError(asked, error);
  }
  if (isAsked(socket.bound, asked)) return socket;
  socket.close();
  const bound = addressText(socket.bound.hostname, socket.bound.port);
  throw cannot(["listen on", addressText(asked.hostname, port)], `the system bound ${bound} instead`, {
    exit: "unavailable",
    hint: "something overrides the address: look at the environment with env",
  });
}

interface Address {
  readonly hostname: string;
  readonly port: number;
}

/** A host name may be bound as any address; an IP address only as itself. */
function isAsked(bound: Address, asked: Address): boolean {
  const samePort = asked.port === 0 || bound.port === asked.port;
  const named = !/^[\d.]+$|:/.test(asked.hostname);
  return samePort && (named || canonical(bound.hostname) === canonical(asked.hostname));
}

function canonical(hostname: string): string {
  return hostname.includes(":") ? URL.parse(`http://[${hostname}]`)?.hostname ?? hostname : hostname;
}

/** What a failed bind(2) means to the user. */
export function listenError(address: Address, error: unknown): AppdError {
  const action = ["listen on", addressText(address.hostname, address.port)] as const;
  const errno = errnoOf(error);
  if (errno === "EADDRINUSE") {
    const hint = "choose another port with --port, or stop the program that holds this one";
    return cannot(action, `the address is taken${holderText(address.port)} (EADDRINUSE)`, {
      exit: "unavailable",
      cause: error,
      hint,
    });
  }
  if (errno === "EACCES" || errno === "EPERM") {
    const hint = "ports below 1024 need root or CAP_NET_BIND_SERVICE: choose a higher one with --port";
    return cannot(action, `permission denied (${errno})`, { exit: "noPermission", cause: error, hint });
  }
  const cause = errno === "EADDRNOTAVAIL" ? "this host has no such address (EADDRNOTAVAIL)" : messageOf(error);
  return cannot(action, cause, {
    exit: "unavailable",
    cause: error,
    hint: "see this host's addresses with: ip address; choose one with --bind",
  });
}

function holderText(port: number): string {
  const holder = Deno.build.os === "linux" ? findPortHolder(port) : undefined;
  return holder === undefined ? "" : ` by process ${holder.pid}, ${escapeControls(holder.command)}`;
}
