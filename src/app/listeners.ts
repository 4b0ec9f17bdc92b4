import type { Logger } from "../base/logger.ts";
import type { Config } from "../schema/appd_schema.ts";
import type { AppRoutes } from "../http/app_routes.ts";
import type { Handler } from "../http/connection.ts";
import type { Listener } from "../http/listener.ts";
import { RequestCounter } from "../http/metrics.ts";
import type { RequestAround } from "../http/api.ts";
import type { ApiDeps } from "../http/route.ts";
import { addressText, serveTcp } from "../http/tcp_listener.ts";
import { serveSocket } from "../http/unix_listener.ts";
import type { Context } from "./context.ts";
import type { LiveToken } from "./live_token.ts";

/** Where the daemon is asked: always the control socket, and a TCP address unless the port is 0. */
export interface Listeners extends AsyncDisposable {
  /** `http://127.0.0.1:8321`, or null without a TCP listener. */
  readonly url: string | null;
  /** Binds the control socket anew after somebody removed it. */
  restoreSocket(): Promise<void>;
}

/** What the API is told about the daemon, alike for both listeners. */
export type ApiCore = Omit<ApiDeps, "access" | "port" | "bind" | "socket" | "token" | "own">;

export interface ListenerOptions {
  readonly config: Config;
  /** What the API is told, asked for by the first request. */
  readonly core: () => Promise<ApiCore>;
  readonly log: Logger;
  /** Endpoints of the app; absent when it has none. */
  readonly own?: OwnRoutes | undefined;
  readonly token: LiveToken;
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
  const { config, log, own, token } = options;
  const requests = new RequestCounter();
  const core = async () => ({ ...await options.core(), requests });
  const socketApi = lazyApi({ core, own }, { access: "socket", socket: context.paths.socket });
  const openSocket = () =>
    serveSocket({ path: context.paths.socket, handler: socketApi, log, streamLimit: own?.bodyLimit });
  const tcp = config.server.port === 0 ? undefined : openTcp({ config, core, log, own, token });
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

function openTcp(options: ListenerOptions): Listener {
  const { log, own, config: { server: { bind, port } } } = options;
  options.token.begin();
  let listener: Listener | undefined = undefined;
  const handler = lazyApi(options, { access: "tcp", bind, port: () => listener?.port ?? port });
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
  { core, own, token }: Pick<ListenerOptions, "core" | "own"> & Partial<Pick<ListenerOptions, "token">>,
  listener: Omit<ApiDeps, keyof ApiCore | "own" | "token">,
): Handler {
  let made: Changing & { readonly api: Promise<Fetch> } | undefined;
  const make = async (now: Changing): Promise<Fetch> => {
    const [{ createApi }, deps] = await Promise.all([import("../http/api.ts"), core()]);
    return createApi({ ...deps, ...listener, ...now });
  };
  return async (request, refusal) => {
    const now: Changing = { own: own?.now(), token: token?.value };
    // Once more when the app has made its endpoints, or a reload has found another token.
    if (made === undefined || made.own !== now.own || made.token !== now.token) made = { ...now, api: make(now) };
    return (await made.api).fetch(request, { refusal });
  };
}

/** What an API is made with that becomes something else while its listener is open. */
type Changing = Required<Pick<ApiDeps, "own" | "token">>;

interface Fetch {
  fetch(request: Request, around: RequestAround): Response | Promise<Response>;
}
