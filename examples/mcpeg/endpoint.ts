import type { Kit, Logger } from "../../src/mod.ts";
import { endedResponse } from "./ended_response.ts";
import type { Roof } from "./roof.ts";
import { RPC } from "./rpc_error.ts";
import { isJson } from "./rewrite.ts";
import { WebStandardStreamableHTTPServerTransport } from "./sdk.ts";
import { serveClient } from "./session.ts";

/** How many clients, and for how long; milliseconds. */
export interface SessionLimits {
  readonly maxSessions: number;
  readonly sessionIdle: number;
}

export interface EndpointOptions {
  readonly roof: Roof;
  readonly log: Logger;
  readonly gateway: { readonly name: string; readonly version: string };
  readonly clock: Pick<Kit<unknown>["clock"], "monotonic">;
  /** Asked at each request: a reload may have changed them. */
  readonly limits: () => SessionLimits;
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** Responses that are not at their end. */
  open: number;
  usedAt: number;
}

/** The endpoint of the Streamable HTTP transport, MCP specification 2025-06-18: a session for each client. */
export class Endpoint {
  readonly #options: EndpointOptions;
  /** Those that were used last come last. */
  readonly #sessions = new Map<string, Session>();

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  /** Clients that are connected. */
  get size(): number {
    this.#forgetIdle();
    return this.#sessions.size;
  }

  /** Answers any request to the endpoint. */
  async handle(request: Request): Promise<Response> {
    const id = request.headers.get("mcp-session-id");
    if (id === null) return await this.#begin(request);
    const session = this.#sessions.get(id);
    if (session === undefined) return refusal(404, { code: RPC.timeout, message: "Session not found" });
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return await this.#serve(session, request);
  }

  /** A request without a session has to begin one. */
  async #begin(request: Request): Promise<Response> {
    if (request.method !== "POST") return refusal(400, { code: -32600, message: "Mcp-Session-Id header is required" });
    const body = await jsonOf(request);
    if (body === undefined) return refusal(400, { code: -32700, message: "Parse error" });
    if (!isJson(body) || body.method !== "initialize") {
      return refusal(400, { code: -32600, message: "Mcp-Session-Id header is required, or an initialize request" });
    }
    if (!this.#makeRoom()) {
      return refusal(503, { code: RPC.unavailable, message: "too many sessions, all of them busy" });
    }
    return await this.#serve(await this.#open(), request, body);
  }

  async #open(): Promise<Session> {
    const { roof, log, gateway, clock } = this.#options;
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => {
        this.#sessions.set(id, session);
        log.info("session begins", { session: id, sessions: this.#sessions.size });
      },
    });
    const session: Session = { transport, open: 0, usedAt: clock.monotonic() };
    transport.onclose = () => this.#closed(transport);
    await serveClient(transport as Parameters<typeof serveClient>[0], {
      ...{ roof, log, gateway },
      id: () => transport.sessionId ?? "none",
      onCancelled: (request) => transport.closeSSEStream(request),
    });
    return session;
  }

  #closed({ sessionId: id }: WebStandardStreamableHTTPServerTransport): void {
    if (id !== undefined && this.#sessions.delete(id)) this.#options.log.info("session ended", { session: id });
  }

  async #serve(session: Session, request: Request, parsedBody?: unknown): Promise<Response> {
    const { clock } = this.#options;
    session.open++;
    const ended = () => {
      session.open--;
      session.usedAt = clock.monotonic();
    };
    const options = parsedBody === undefined ? {} : { parsedBody };
    const response = await session.transport.handleRequest(request, options).catch((error: unknown) => {
      ended(); // A session that seems busy for ever would never make room.
      throw error;
    });
    response.headers.delete("connection"); // The listener's to say.
    return endedResponse(response, ended);
  }

  /** @returns false when there is none */
  #makeRoom(): boolean {
    this.#forgetIdle();
    const { maxSessions } = this.#options.limits();
    while (this.#sessions.size >= maxSessions) {
      const idlest = this.#sessions.values().find(({ open }) => open === 0);
      if (idlest === undefined) return false;
      void idlest.transport.close();
    }
    return true;
  }

  /** A client that was killed never says goodbye. */
  #forgetIdle(): void {
    const last = this.#options.clock.monotonic() - this.#options.limits().sessionIdle;
    for (const { open, usedAt, transport } of [...this.#sessions.values()]) {
      if (open === 0 && usedAt < last) void transport.close();
    }
  }
}

async function jsonOf(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function refusal(status: number, error: { readonly code: number; readonly message: string }): Response {
  return Response.json({ jsonrpc: "2.0", error, id: null }, { status });
}
