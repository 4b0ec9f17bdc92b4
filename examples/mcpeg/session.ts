import type { Logger } from "../../src/mod.ts";
import { AS_IT_IS } from "./no_validator.ts";
import type { News, Roof } from "./roof.ts";
import { Server, type Transport } from "./sdk.ts";

export interface SessionOptions {
  readonly roof: Roof;
  readonly log: Logger;
  /** What the gateway calls itself. */
  readonly gateway: { readonly name: string; readonly version: string };
  /** Names the session, once it has been initialised. */
  readonly id: () => string;
  /** Ends what is still open of a request that the client has cancelled: it gets no response. */
  readonly onCancelled?: (request: string | number) => void;
}

/** All that the gateway can do; its servers may come and go, so it never depends on them. */
const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
} as const;

const INSTRUCTIONS =
  "A gateway to several servers. What belongs to a server has the server's name in front: tools and " +
  "prompts are SERVER__NAME, resources SERVER+URI.";

/** Several servers that come up at once are one change for a client. */
const DEBOUNCED = ["tools", "prompts", "resources"].map((list) => `notifications/${list}/list_changed`);

/**
 * Serves one client over `transport` until that is closed. Requests are answered by the roof as they are; nothing of them
 * is judged here.
 */
export async function serveClient(transport: Transport, options: SessionOptions): Promise<void> {
  const { roof, log, gateway, id, onCancelled } = options;
  const server = new Server({ ...gateway }, {
    capabilities: CAPABILITIES,
    instructions: INSTRUCTIONS,
    jsonSchemaValidator: AS_IT_IS,
    debouncedNotificationMethods: DEBOUNCED,
  });
  server.fallbackRequestHandler = async ({ method, params = {} }, { signal, requestId, _meta, sendNotification }) => {
    signal.addEventListener("abort", () => onCancelled?.(requestId));
    const progressToken = _meta?.progressToken;
    const onProgress = progressToken === undefined
      ? undefined
      : (progress: object) =>
        void sendNotification({ method: "notifications/progress", params: { progress: 0, ...progress, progressToken } })
          .catch(gone);
    return await roof.answer({ method, params }, { session: id(), log, signal, onProgress });
  };
  let hearing: Disposable | undefined;
  server.oninitialized = () =>
    hearing ??= roof.hear(id(), (news) => void tell({ server, transport }, news).catch(gone));
  server.onclose = () => hearing?.[Symbol.dispose]();
  server.onerror = gone;
  await server.connect(transport);

  /** A client that does not listen, or has gone, is told nothing. */
  function gone(error: unknown): void {
    log.debug("a client could not be told", { session: id(), error: String(error) });
  }
}

interface Client {
  readonly server: Server;
  readonly transport: Transport;
}

async function tell({ server, transport }: Client, { method, params }: News): Promise<void> {
  if (method === "notifications/message") { // The SDK knows by the session which levels the client has asked for.
    return await server.sendLoggingMessage(params as Parameters<Server["sendLoggingMessage"]>[0], transport.sessionId);
  }
  await server.notification({ method, ...(params === undefined ? {} : { params }) } as never);
}
