import type { Logger } from "../base/logger.ts";
import type { Config } from "../schema/appd_schema.ts";
import type { AppRoutes } from "../http/app_routes.ts";
import type { Handler } from "../http/connection.ts";
import type { Listener } from "../http/listener.ts";
import { RequestCounter } from "../http/metrics.ts";
import type { ApiDeps } from "../http/route.ts";
import { addressText, serveTcp } from "../http/tcp_listener.ts";
import { serveSocket } from "../http/unix_listener.ts";
import type { Context } from "./context.ts";
import { tokenOf } from "./token.ts";

/** Where the daemon is asked: always the control socket, and a TCP address unless the port is 0. */
export interface Listeners extends AsyncDisposable {
  /** `http://127.0.0.1:8321`, or null without a TCP listener. */
  readonly url: string | null;
  /** Binds the control socket anew after somebody removed it. */
  restoreSocket(): Promise<void>;
}

/** What the API is told about the daemon, alike for both listeners. */
export type ApiCore = Omit<ApiDeps, "access" | "port" | "bind" | "token" | "own">;

export interface ListenerOptions {
  readonly config: Config;
  /** What the API is told, asked for by the first request. */
  readonly core: () => Promise<ApiCore>;
  readonly log: Logger;
  /** Endpoints of the app; absent when it has none. */
  readonly own?: OwnRoutes | undefined;
}

/** Endpoints of an app, which come while the daemon starts. */
export interface OwnRoutes {
  /** As they are now. */
  now(): AppRoutes;
  /** Most bytes of a body for a path of theirs, where it is read as it comes; undefined for any other path. */
  bodyLimit(path: string): number | undefined;
}

/**
 * Opens the control socket and the TCP listener. The caller holds the instance's lock.
 *
 * @throws AppdError (unavailable) when the address is taken, (noPermission), (cannotCreate), (config) for the token
 */
export function openListeners(context: Context, options: ListenerOptions): Listeners {
  const { config, log, own } = options;
  const requests = new RequestCounter();
  const core = async () => ({ ...await options.core(), requests });
  const socketApi = lazyApi({ core, own }, { access: "socket" });
  const openSocket = () =>
    serveSocket({ path: context.paths.socket, handler: socketApi, log, streamLimit: own?.bodyLimit });
  const tcp = config.server.port === 0 ? undefined : openTcp(context, { config, core, log, own });
  let socket: Listener;
  try {
    socket = openSocket();
  } catch (error) {
    void tcp?.close();
    throw error;
  }
  return {
    url: tcp === undefined ? null : `http://${addressText(shownHost(config.server.bind), tcp.port)}`,
    async restoreSocket() {
      await socket.close();
      socket = openSocket();
      log.warn("control socket restored", { path: context.paths.socket });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([tcp?.close(), socket.close()]);
    },
  };
}

function openTcp(context: Context, options: ListenerOptions): Listener {
  const { bind, port } = options.config.server;
  const token = tokenOf(options.config, context.system);
  let listener: Listener | undefined = undefined;
  const { log, own } = options;
  const handler = lazyApi(options, { access: "tcp", bind, token, port: () => listener?.port ?? port });
  listener = serveTcp({ hostname: bind, port, handler, log, streamLimit: own?.bodyLimit });
  return listener;
}

/** An address that means "all of this host" is no address to ask. */
function shownHost(bind: string): string {
  if (bind === "0.0.0.0") return "127.0.0.1";
  return bind === "::" ? "::1" : bind;
}

/** The API, loaded by the first request: the daemon is ready, and its starter has returned, while that goes on. */
function lazyApi(
  { core, own }: Pick<ListenerOptions, "core" | "own">,
  listener: Omit<ApiDeps, keyof ApiCore | "own">,
): Handler {
  let made: { readonly own: AppRoutes | undefined; readonly api: Promise<Fetch> } | undefined;
  const make = async (own: AppRoutes | undefined): Promise<Fetch> => {
    const [{ createApi }, deps] = await Promise.all([import("../http/api.ts"), core()]);
    return createApi({ ...deps, ...listener, own });
  };
  return async (request) => {
    const now = own?.now();
    // Once more when the app has made its endpoints.
    if (made === undefined || made.own !== now) made = { own: now, api: make(now) };
    return (await made.api).fetch(request);
  };
}

interface Fetch {
  fetch(request: Request): Response | Promise<Response>;
}
