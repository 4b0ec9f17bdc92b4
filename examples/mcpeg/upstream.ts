import { aborted, type ServiceContext } from "../../src/mod.ts";
import { type Catalog, EMPTY_CATALOG } from "./catalog.ts";
import type { UpstreamSettings } from "./config.ts";
import { type Connection, openConnection, type Surroundings } from "./connection.ts";
import type { Connect, LinkRequest } from "./link.ts";
import type { ServerReport, ServerState } from "./report.ts";
import type { Json } from "./rewrite.ts";
import { RPC, RpcError, rpcErrorOf } from "./rpc_error.ts";

/** What an upstream needs for one of its lives: the kit gives it to a service. */
export interface Life extends Surroundings {
  readonly ready: ServiceContext<unknown>["ready"];
  readonly note: ServiceContext<unknown>["note"];
}

/** What the roof is told of an upstream. */
export interface Listener {
  /** What the server offers may have changed, or it came or went. */
  changed(upstream: Upstream): void;
  /** It is connected, for the first time or again. */
  connected(upstream: Upstream): void;
  notified(upstream: Upstream, method: string, params: Json): void;
}

/** A call, beside what it asks. */
export type CallOptions = Pick<LinkRequest, "signal" | "onProgress">;

/** Milliseconds that calls under way get when the server is to be disconnected. */
export const DRAIN_MS = 8000;

/** One server behind the gateway, over all its lives: what it offers while it is connected, and what has been asked of it. */
export class Upstream {
  readonly name: string;
  readonly #connect: Connect;
  readonly #listener: Listener;
  #state: ServerState = "down";
  #since: number;
  #connection: Connection | undefined;
  /** Resolves when nothing is under way; there while somebody waits for it. */
  #idle: PromiseWithResolvers<void> | undefined;
  #counts = { calls: 0, errors: 0, inFlight: 0, connects: 0 };
  #lastServer: string | null = null;
  #lastError: string | null = null;

  constructor(name: string, options: { connect: Connect; listener: Listener; now: number }) {
    this.name = name;
    this.#connect = options.connect;
    this.#listener = options.listener;
    this.#since = options.now;
  }

  /** What it offers; empty while it is not connected. */
  get catalog(): Catalog {
    return this.#connection?.catalog ?? EMPTY_CATALOG;
  }

  get capabilities(): Json {
    return this.#connection?.link.capabilities ?? {};
  }

  /**
   * Connects, serves until the signal is aborted, lets calls under way end, disconnects.
   *
   * @throws Error when the server cannot be reached, or goes away by itself
   */
  async live(settings: UpstreamSettings, life: Life): Promise<void> {
    const { signal, clock, note } = life;
    this.#enter("connecting", clock);
    note("connecting");
    try {
      const connection = await this.#open(settings, life);
      try {
        this.#serve(connection, life);
        const reason = await Promise.race([connection.ended, aborted(signal)]);
        if (reason !== undefined) throw new Error(reason);
        await this.#drain(clock);
      } finally {
        this.#leave(clock);
        await connection.close();
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#lastError = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      if (signal.aborted) this.#lastError = null; // It is down because it is not wanted.
      this.#enter("down", clock);
    }
  }

  #open(settings: UpstreamSettings, life: Life): Promise<Connection> {
    return openConnection({
      ...{ connect: this.#connect, settings, life },
      onCatalog: () => this.#tell(life),
      onNotification: (method, params) => this.#listener.notified(this, method, params),
    });
  }

  #serve(connection: Connection, { clock, log, ready, note }: Life): void {
    const { link: { server, pid }, catalog } = connection;
    this.#connection = connection;
    this.#counts.connects++;
    this.#lastServer = `${server.name} ${server.version}`;
    this.#enter("ready", clock);
    ready();
    log.info("connected", { server: this.#lastServer, pid, tools: catalog.tools.length });
    this.#listener.connected(this);
    this.#tell({ note });
  }

  #tell({ note }: Pick<Life, "note">): void {
    note(`${this.#lastServer}, ${this.catalog.tools.length} tools`);
    this.#listener.changed(this);
  }

  /**
   * Asks the server.
   *
   * @throws RpcError with the server's own code, `unavailable` when it is not there or goes away, `timeout`
   */
  async call(request: { readonly method: string; readonly params: Json }, options: CallOptions = {}): Promise<Json> {
    const connection = this.#connection;
    if (connection === undefined || this.#state !== "ready") throw this.#unavailable();
    this.#counts.calls++;
    this.#counts.inFlight++;
    const onProgress = options.onProgress ?? unheard; // A word of it is a sign of life, whoever wants to hear it.
    try {
      const result = await connection.request({ ...request, ...options, onProgress });
      if (result.isError === true) this.#counts.errors++;
      return result;
    } catch (error) {
      this.#counts.errors++;
      const failure = rpcErrorOf(error, this.name);
      if (failure.code === RPC.unavailable) void connection.ping(); // Does it still live?
      throw failure;
    } finally {
      if (--this.#counts.inFlight === 0) this.#idle?.resolve();
    }
  }

  #unavailable(): RpcError {
    const why = this.#state === "down" && this.#lastError !== null ? `, ${this.#lastError}` : "";
    return new RpcError(RPC.unavailable, `server "${this.name}" is ${this.#state}${why}`, { server: this.name });
  }

  async #drain(clock: Life["clock"]): Promise<void> {
    this.#lastError = null;
    this.#enter("draining", clock);
    if (this.#counts.inFlight === 0) return;
    this.#idle = Promise.withResolvers();
    using _limit = clock.after(DRAIN_MS, () => this.#idle?.resolve());
    await this.#idle.promise;
    this.#idle = undefined;
  }

  #leave(clock: Life["clock"]): void {
    this.#connection = undefined;
    this.#enter("down", clock);
    this.#listener.changed(this);
  }

  #enter(state: ServerState, clock: Pick<Life["clock"], "now">): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#since = clock.now();
  }

  /** @param settings those that the configuration has now */
  report({ enabled, reach, critical }: UpstreamSettings): ServerReport {
    const { calls, errors, inFlight, connects } = this.#counts;
    const { tools, resources, prompts } = this.catalog;
    return {
      name: this.name,
      state: !enabled && this.#state === "down" ? "disabled" : this.#state,
      transport: reach.kind === "command" ? "stdio" : "http",
      critical,
      server: this.#lastServer,
      pid: this.#connection?.link.pid ?? null,
      since: new Date(this.#since).toISOString(),
      ...{ tools: tools.length, resources: resources.length, prompts: prompts.length },
      ...{ calls, errors, in_flight: inFlight, connects },
      last_error: this.#lastError,
    };
  }
}

function unheard(): void {}
