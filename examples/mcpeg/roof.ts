import type { Logger } from "../../src/mod.ts";
import { LISTS } from "./catalog.ts";
import type { UpstreamSettings } from "./config.ts";
import type { Connect } from "./link.ts";
import { type Addressed, addressedIn } from "./addressing.ts";
import { roofUri } from "./names.ts";
import type { ServerReport, ToolReport } from "./report.ts";
import { type Json, namedUnderRoof, resourceUnderRoof, resultUnderRoof, templateUnderRoof } from "./rewrite.ts";
import { RPC, RpcError } from "./rpc_error.ts";
import { Subscriptions } from "./subscriptions.ts";
import { type CallOptions, type Life, Upstream } from "./upstream.ts";

/** What is told to clients without being asked. */
export interface News {
  readonly method: string;
  readonly params?: Json;
}

/** A request of a client. */
export interface Request {
  readonly method: string;
  readonly params: Json;
}

/** Who asks. */
export interface Caller extends CallOptions {
  /** The client's session. */
  readonly session: string;
  /** Gets a record of each call. */
  readonly log: Logger;
}

const RESOURCE_UPDATED = "notifications/resources/updated";

/** What the gateway offers: everything that the connected servers have, as if it were one server's. */
export class Roof {
  readonly #connect: Connect;
  readonly #now: () => number;
  readonly #upstreams = new Map<string, Upstream>();
  readonly #subscriptions = new Subscriptions();
  readonly #hearers = new Map<string, (news: News) => void>();

  constructor(options: { connect: Connect; now?: () => number }) {
    this.#connect = options.connect;
    this.#now = options.now ?? Date.now;
  }

  /** One life of a server; see {@link Upstream.live}. */
  live(settings: UpstreamSettings, life: Life): Promise<void> {
    return this.#upstream(settings.name).live(settings, life);
  }

  #upstream(name: string): Upstream {
    const known = this.#upstreams.get(name);
    if (known !== undefined) return known;
    const made = new Upstream(name, {
      connect: this.#connect,
      now: this.#now(),
      listener: {
        changed: () => this.#listsChanged(),
        connected: (upstream) => this.#subscribeAgain(upstream),
        notified: (upstream, method, params) => this.#notified(upstream, { method, params }),
      },
    });
    this.#upstreams.set(name, made);
    return made;
  }

  /** Has `tell` called with what clients are to hear, until it is disposed. @param session whose news those are */
  hear(session: string, tell: (news: News) => void): Disposable {
    this.#hearers.set(session, tell);
    return {
      [Symbol.dispose]: () => {
        this.#hearers.delete(session);
        for (const uri of this.#subscriptions.end(session)) this.#unsubscribe(uri);
      },
    };
  }

  /**
   * Answers a client.
   *
   * @throws RpcError that the client is to be told
   */
  async answer(request: Request, caller: Caller): Promise<Json> {
    const list = Object.hasOwn(LISTS, request.method) ? LISTS[request.method] : undefined;
    if (list !== undefined) return { [list.key]: this.#list(list.key) };
    const addressed = addressedIn(request);
    if (request.method === "resources/subscribe") return await this.#subscribe(addressed, caller);
    if (request.method === "resources/unsubscribe") return await this.#endSubscription(addressed, caller);
    return await this.#forward(addressed, caller);
  }

  #list(key: keyof typeof UNDER_ROOF): readonly Json[] {
    const rewrite = UNDER_ROOF[key];
    return this.#sorted().flatMap(({ name, catalog }) => catalog[key].map((item) => rewrite(name, item)));
  }

  /** By name, so that a list is the same whichever server was faster. */
  #sorted(): readonly Upstream[] {
    return [...this.#upstreams.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  async #forward(addressed: Addressed, { session, log, ...options }: Caller): Promise<Json> {
    const { server, method, params, target } = addressed;
    const began = performance.now();
    const told = (outcome: string, code?: number) =>
      log.info("call", {
        ...{ session, server, method, target, outcome },
        ...(code === undefined ? {} : { code }),
        duration_ms: Math.round(performance.now() - began),
      });
    try {
      const result = await this.#of(server, target).call({ method, params }, options);
      told(result.isError === true ? "tool_error" : "ok");
      return resultUnderRoof(server, result);
    } catch (error) {
      told(options.signal?.aborted ? "cancelled" : "error", error instanceof RpcError ? error.code : undefined);
      throw error;
    }
  }

  #of(server: string, target: string): Upstream {
    const upstream = this.#upstreams.get(server);
    if (upstream === undefined) throw new RpcError(RPC.badParams, `no server "${server}" for ${target}`);
    return upstream;
  }

  async #subscribe(addressed: Addressed, caller: Caller): Promise<Json> {
    if (!this.#subscriptions.add(addressed.target, caller.session)) return {};
    try {
      return await this.#forward(addressed, caller);
    } catch (error) {
      this.#subscriptions.remove(addressed.target, caller.session);
      throw error;
    }
  }

  async #endSubscription(addressed: Addressed, caller: Caller): Promise<Json> {
    return this.#subscriptions.remove(addressed.target, caller.session) ? await this.#forward(addressed, caller) : {};
  }

  #unsubscribe(uri: string): void {
    const { server, method, params } = addressedIn({ method: "resources/unsubscribe", params: { uri } });
    this.#upstreams.get(server)?.call({ method, params }).catch(() => {}); // A server that has gone has forgotten it.
  }

  /** A server that comes back knows nothing of what was asked of the one before. */
  #subscribeAgain(upstream: Upstream): void {
    for (const uri of this.#subscriptions.of(upstream.name)) {
      const { method, params } = addressedIn({ method: "resources/subscribe", params: { uri } });
      upstream.call({ method, params }).catch(() => {}); // The resource may have gone; then there is nothing to hear of it.
    }
  }

  #listsChanged(): void {
    for (const list of ["tools", "resources", "prompts"]) this.#tell({ method: `notifications/${list}/list_changed` });
  }

  #notified({ name }: Upstream, { method, params }: Request): void {
    if (method === RESOURCE_UPDATED) {
      const uri = roofUri({ server: name, own: String(params.uri) });
      const wanted = (session: string) => this.#subscriptions.has(uri, session);
      return this.#tell({ method, params: { ...params, uri } }, wanted);
    }
    if (method !== "notifications/message") return;
    const logger = params.logger === undefined ? name : `${name}/${params.logger}`;
    this.#tell({ method, params: { ...params, logger } });
  }

  #tell(news: News, wanted: (session: string) => boolean = () => true): void {
    for (const [session, tell] of this.#hearers) if (wanted(session)) tell(news);
  }

  /** @param configured what the configuration has now */
  servers(configured: readonly UpstreamSettings[]): ServerReport[] {
    return configured.map((settings) => this.#upstream(settings.name).report(settings));
  }

  tools(): ToolReport[] {
    return this.#sorted().flatMap(({ name: server, catalog }) =>
      catalog.tools.map((tool) => ({
        name: String(namedUnderRoof(server, tool).name),
        server,
        tool: String(tool.name),
        description: typeof tool.description === "string" ? tool.description : null,
      }))
    );
  }
}

const UNDER_ROOF = {
  tools: namedUnderRoof,
  prompts: namedUnderRoof,
  resources: resourceUnderRoof,
  resourceTemplates: templateUnderRoof,
} as const;
