import { aborted, type Clock, type Logger, type ServiceContext } from "../../src/mod.ts";
import { type Catalog, EMPTY_CATALOG, readCatalog } from "./catalog.ts";
import type { UpstreamSettings } from "./config.ts";
import type { Connect, Link, LinkRequest } from "./link.ts";
import type { ServerReport, ServerState } from "./report.ts";
import type { Json } from "./rewrite.ts";
import { RPC, RpcError, rpcErrorOf } from "./rpc_error.ts";

/** What an upstream needs for one of its lives: the kit gives it to a service. */
export interface Life {
  /** Aborted when the server is to be disconnected. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
  readonly home: string;
  readonly version: string;
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
/** Longest time that a server may take to say that it is alive, in milliseconds. */
const PING_MS = 5000;

const LIST_CHANGED = /^notifications\/(tools|resources|prompts)\/list_changed$/;

/** One server behind the gateway, over all its lives: what it offers while it is connected, and what has been asked of it. */
export class Upstream {
  readonly name: string;
  readonly #connect: Connect;
  readonly #listener: Listener;
  #state: ServerState = "down";
  #since: number;
  #link: Link | undefined;
  #catalog = EMPTY_CATALOG;
  #timeout = 0;
  #lost: ((reason: string) => void) | undefined;
  /** Resolves when nothing is under way; there while somebody waits for it. */
  #idle: PromiseWithResolvers<void> | undefined;
  #counts = { calls: 0, errors: 0, inFlight: 0, connects: 0 };
  #lastServer: string | null = null;
  #lastError: string | null = null;
  /** Whether it is being asked if it lives. */
  #isAsked = false;

  constructor(name: string, options: { connect: Connect; listener: Listener; now: number }) {
    this.name = name;
    this.#connect = options.connect;
    this.#listener = options.listener;
    this.#since = options.now;
  }

  /** What it offers; empty while it is not connected. */
  get catalog(): Catalog {
    return this.#catalog;
  }

  get capabilities(): Json {
    return this.#link?.capabilities ?? {};
  }

  /**
   * Connects, serves until the signal is aborted, lets calls under way end, disconnects.
   *
   * @throws Error when the server cannot be reached, or goes away by itself
   */
  async live(settings: UpstreamSettings, life: Life): Promise<void> {
    const { signal, clock, note } = life;
    this.#timeout = settings.timeout;
    this.#enter("connecting", clock);
    note("connecting");
    const lost = Promise.withResolvers<string>();
    this.#lost = lost.resolve;
    try {
      const link = await this.#open(settings, life);
      try {
        using _heartbeat = this.#heartbeat(settings, life);
        this.#serve(link, life);
        const reason = await Promise.race([link.ended, lost.promise, aborted(signal)]);
        if (reason !== undefined) throw new Error(reason);
        await this.#drain(clock);
      } finally {
        this.#close(clock);
        await link.close();
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

  async #open(settings: UpstreamSettings, life: Life): Promise<Link> {
    const { signal, log, home, version } = life;
    const link = await this.#connect(settings, {
      gateway: { name: "mcpeg", version },
      ...{ home, signal },
      onNotification: (method, params) => this.#notified(method, params, life),
      onLine: (line) => log.info(line, { stream: "stderr" }),
      onTrouble: (error) => {
        log.debug("trouble with the connection", { error: error.message });
        if (settings.reach.kind === "url") void this.#ping(); // A command's end is seen by itself, an address's by nobody.
      },
    });
    try {
      this.#catalog = await this.#read(link, settings.connectTimeout);
    } catch (error) {
      await link.close();
      throw error;
    }
    return link;
  }

  #serve(link: Link, { clock, log, ready, note }: Life): void {
    this.#link = link;
    this.#counts.connects++;
    this.#lastServer = `${link.server.name} ${link.server.version}`;
    this.#enter("ready", clock);
    ready();
    log.info("connected", { server: this.#lastServer, pid: link.pid, tools: this.#catalog.tools.length });
    this.#listener.connected(this);
    this.#tell({ note });
  }

  #read(link: Link, timeout: number): Promise<Catalog> {
    return readCatalog((method, params) => link.request({ method, params, timeout }), link.capabilities);
  }

  #notified(method: string, params: Json, life: Life): void {
    if (!LIST_CHANGED.test(method)) return this.#listener.notified(this, method, params);
    this.#refresh(life).catch((error) => life.log.warn("cannot read what the server offers", { error: String(error) }));
  }

  async #refresh(life: Life): Promise<void> {
    const link = this.#link;
    if (link === undefined) return; // Connecting: it is being read.
    const catalog = await this.#read(link, this.#timeout);
    if (this.#link !== link) return;
    this.#catalog = catalog;
    this.#tell(life);
  }

  #tell({ note }: Pick<Life, "note">): void {
    note(`${this.#lastServer}, ${this.#catalog.tools.length} tools`);
    this.#listener.changed(this);
  }

  #heartbeat({ pingEvery }: UpstreamSettings, { clock }: Life): Disposable {
    if (pingEvery === 0) return { [Symbol.dispose]() {} };
    return clock.every(pingEvery, () => void this.#ping());
  }

  /** A server that does not know the question is alive too. */
  async #ping(): Promise<void> {
    const link = this.#link;
    if (this.#isAsked || link === undefined) return;
    this.#isAsked = true;
    try {
      await link.request({ method: "ping", params: {}, timeout: PING_MS });
    } catch (error) {
      const failure = rpcErrorOf(error, this.name);
      if (failure.code === RPC.noSuchMethod || this.#link !== link) return;
      this.#lost?.(`it does not answer: ${failure.message}`);
    } finally {
      this.#isAsked = false;
    }
  }

  /**
   * Asks the server.
   *
   * @throws RpcError with the server's own code, `unavailable` when it is not there or goes away, `timeout`
   */
  async call(request: { readonly method: string; readonly params: Json }, options: CallOptions = {}): Promise<Json> {
    const link = this.#link;
    if (link === undefined || this.#state !== "ready") throw this.#unavailable();
    this.#counts.calls++;
    this.#counts.inFlight++;
    const onProgress = options.onProgress ?? unheard; // A word of it is a sign of life, whoever wants to hear it.
    try {
      const result = await link.request({ ...request, ...options, onProgress, timeout: this.#timeout });
      if (result.isError === true) this.#counts.errors++;
      return result;
    } catch (error) {
      this.#counts.errors++;
      const failure = rpcErrorOf(error, this.name);
      if (failure.code === RPC.unavailable) void this.#ping(); // Does it still live?
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

  #close(clock: Life["clock"]): void {
    this.#link = undefined;
    this.#catalog = EMPTY_CATALOG;
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
    const { tools, resources, prompts } = this.#catalog;
    return {
      name: this.name,
      state: !enabled && this.#state === "down" ? "disabled" : this.#state,
      transport: reach.kind === "command" ? "stdio" : "http",
      critical,
      server: this.#lastServer,
      pid: this.#link?.pid ?? null,
      since: new Date(this.#since).toISOString(),
      ...{ tools: tools.length, resources: resources.length, prompts: prompts.length },
      ...{ calls, errors, in_flight: inFlight, connects },
      last_error: this.#lastError,
    };
  }
}

function unheard(): void {}
