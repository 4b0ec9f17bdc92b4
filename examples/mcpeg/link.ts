import { ChildTransport } from "./child_transport.ts";
import type { UpstreamSettings } from "./config.ts";
import { AS_IT_IS } from "./no_validator.ts";
import type { Json } from "./rewrite.ts";
import { Client, type Progress, ResultSchema, StreamableHTTPClientTransport, type Transport } from "./sdk.ts";

/** One request to a server. */
export interface LinkRequest {
  readonly method: string;
  readonly params: Json;
  /** Milliseconds without an answer or a word of progress. */
  readonly timeout: number;
  /** Cancels it, and tells the server. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Json) => void) | undefined;
}

/** A connection to a server that has been initialised. */
export interface Link {
  /** As the server calls itself. */
  readonly server: { readonly name: string; readonly version: string };
  readonly capabilities: Json;
  readonly pid: number | null;
  /** Resolves with the reason when the connection has ended. */
  readonly ended: Promise<string>;
  /** @throws Error with `code`, `message` and `data` when the server answers with an error, or nothing */
  request(request: LinkRequest): Promise<Json>;
  close(): Promise<void>;
}

export interface LinkOptions {
  readonly gateway: { readonly name: string; readonly version: string };
  readonly home: string;
  readonly signal: AbortSignal;
  readonly onNotification: (method: string, params: Json) => void;
  /** Gets the lines of a command's stderr. */
  readonly onLine: (line: string) => void;
  /** What is no end of the connection, such as a line that is no message. */
  readonly onTrouble: (error: Error) => void;
}

/** Makes a connection. */
export type Connect = (settings: UpstreamSettings, options: LinkOptions) => Promise<Link>;

/**
 * Connects to a server and initialises the connection.
 *
 * @throws Error saying why that was not possible
 */
export const connect: Connect = async (settings, options) => {
  const transport = transportOf(settings, options);
  try {
    return await linkOver(transport, { ...options, timeout: settings.connectTimeout });
  } catch (error) {
    throw transport instanceof ChildTransport ? betterReason(error, transport) : error;
  }
};

/** The link over a transport that has not been started. */
export async function linkOver(
  transport: Transport,
  options: LinkOptions & { readonly timeout: number },
): Promise<Link> {
  const client = new Client({ ...options.gateway }, { capabilities: {}, jsonSchemaValidator: AS_IT_IS });
  const child = transport instanceof ChildTransport ? transport : undefined;
  const ended = Promise.withResolvers<string>();
  client.onclose = () => ended.resolve(child?.ending ?? "the connection was closed");
  client.onerror = options.onTrouble;
  client.fallbackNotificationHandler = ({ method, params }) => {
    options.onNotification(method, params ?? {});
    return Promise.resolve();
  };
  try {
    await client.connect(transport, { timeout: options.timeout, signal: options.signal });
  } catch (error) {
    await transport.close();
    throw error;
  }
  const { name = "unknown", version = "unknown" } = client.getServerVersion() ?? {};
  return {
    server: { name, version },
    capabilities: client.getServerCapabilities() ?? {},
    pid: child?.pid ?? null,
    ended: ended.promise,
    request: (request) => send(client, request),
    close: () => closed(client, transport),
  };
}

function transportOf({ reach }: UpstreamSettings, { home, onLine }: LinkOptions): Transport {
  if (reach.kind === "command") return new ChildTransport({ cwd: home, ...reach }, onLine);
  // The types of the SDK were not written for exactOptionalPropertyTypes.
  return new StreamableHTTPClientTransport(new URL(reach.url), {
    requestInit: { headers: reach.headers },
  }) as Transport;
}

function send(client: Client, { method, params, timeout, signal, onProgress }: LinkRequest): Promise<Json> {
  return client.request({ method, params }, ResultSchema, {
    timeout,
    resetTimeoutOnProgress: true,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onprogress: (progress: Progress) => onProgress(progress) }),
  });
}

/** Says goodbye first where there is a session to end. */
async function closed(client: Client, transport: Transport): Promise<void> {
  if (transport instanceof StreamableHTTPClientTransport) {
    await Promise.race([transport.terminateSession().catch(() => {}), pause(GOODBYE_MS)]); // It may be long gone.
  }
  await client.close();
}

const GOODBYE_MS = 500;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function betterReason(error: unknown, { ending }: ChildTransport): unknown {
  const vague = error instanceof Error && error.message.includes("Connection closed");
  return vague && ending !== undefined ? new Error(`it ended before it answered: ${ending}`, { cause: error }) : error;
}
