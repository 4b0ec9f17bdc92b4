import { readToken } from "./token.ts";
import type { Logger } from "../base/logger.ts";
import type { Config } from "../schema/appd_schema.ts";
import type { Handler } from "../http/connection.ts";
import type { Listener } from "../http/listener.ts";
import { RequestCounter } from "../http/metrics.ts";
import type { ApiDeps } from "../http/route.ts";
import { addressText, serveTcp } from "../http/tcp_listener.ts";
import { serveSocket } from "../http/unix_listener.ts";
import type { Context } from "./context.ts";

/** Where the daemon is asked: always the control socket, and a TCP address unless the port is 0. */
export interface Listeners extends AsyncDisposable {
  /** `http://127.0.0.1:8321`, or null without a TCP listener. */
  readonly url: string | null;
  /** Binds the control socket anew after somebody removed it. */
  restoreSocket(): Promise<void>;
}

/** What the API is told about the daemon, alike for both listeners. */
export type ApiCore = Omit<ApiDeps, "access" | "port" | "bind" | "token">;

export interface ListenerOptions {
  readonly config: Config;
  /** What the API is told, asked for by the first request. */
  readonly core: () => Promise<ApiCore>;
  readonly log: Logger;
}

/**
 * Opens the control socket and the TCP listener. The caller holds the instance's lock.
 *
 * @throws AppdError (unavailable) when the address is taken, (noPermission), (cannotCreate), (config) for the token
 */
export function openListeners(context: Context, options: ListenerOptions): Listeners {
  const { config, log } = options;
  const requests = new RequestCounter();
  const core = async () => ({ ...await options.core(), requests });
  const socketApi = lazyApi(core, { access: "socket" });
  const openSocket = () => serveSocket({ path: context.paths.socket, handler: socketApi, log });
  const tcp = config.server.port === 0 ? undefined : openTcp(context, { config, core, log });
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
  const { bind, port, tokenFile } = options.config.server;
  const token = tokenFile === undefined
    ? undefined
    : readToken(context.system.files, tokenFile, context.system.host.uid);
  let listener: Listener | undefined = undefined;
  const handler = lazyApi(options.core, { access: "tcp", bind, token, port: () => listener?.port ?? port });
  listener = serveTcp({ hostname: bind, port, handler, log: options.log });
  return listener;
}

/** An address that means "all of this host" is no address to ask. */
function shownHost(bind: string): string {
  if (bind === "0.0.0.0") return "127.0.0.1";
  return bind === "::" ? "::1" : bind;
}

/** The API, loaded by the first request: the daemon is ready, and its starter has returned, while that goes on. */
function lazyApi(core: ListenerOptions["core"], listener: Omit<ApiDeps, keyof ApiCore>): Handler {
  let api: Promise<{ fetch(request: Request): Response | Promise<Response> }> | undefined;
  return async (request) => {
    api ??= Promise.all([import("../http/api.ts"), core()]).then(([{ createApi }, deps]) =>
      createApi({ ...deps, ...listener })
    );
    return (await api).fetch(request);
  };
}
