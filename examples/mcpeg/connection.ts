import type { Clock, Logger } from "../../src/mod.ts";
import { type Catalog, readCatalog } from "./catalog.ts";
import type { UpstreamSettings } from "./config.ts";
import type { Connect, Link, LinkRequest } from "./link.ts";
import type { Json } from "./rewrite.ts";
import { RPC, rpcErrorOf } from "./rpc_error.ts";

/** What a connection is made in. */
export interface Surroundings {
  /** Aborted when the server is to be disconnected. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
  readonly home: string;
  readonly version: string;
}

export interface ConnectionOptions {
  readonly connect: Connect;
  readonly settings: UpstreamSettings;
  readonly life: Surroundings;
  /** What the server offers was read again. */
  readonly onCatalog: () => void;
  readonly onNotification: (method: string, params: Json) => void;
}

/** Longest time that a server may take to say that it is alive, in milliseconds. */
const PING_MS = 5000;

const LIST_CHANGED = /^notifications\/(tools|resources|prompts)\/list_changed$/;

/**
 * Connects to a server and reads what it offers.
 *
 * @throws Error when it cannot be reached, or does not answer
 */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { connect, settings, life: { signal, log, home, version }, onNotification } = options;
  let opened: Connection | undefined; // None while what it offers is being read.
  const link = await connect(settings, {
    gateway: { name: "mcpeg", version },
    ...{ home, signal },
    onNotification: (method, params) => LIST_CHANGED.test(method) ? opened?.refresh() : onNotification(method, params),
    onLine: (line) => log.info(line, { stream: "stderr" }),
    onTrouble(error) {
      log.debug("trouble with the connection", { error: error.message });
      if (settings.reach.kind === "url") void opened?.ping(); // A command's end is seen by itself, an address's by nobody.
    },
  });
  try {
    return opened = new Connection(link, await catalogOf(link, settings.connectTimeout), options);
  } catch (error) {
    await link.close();
    throw error;
  }
}

function catalogOf(link: Link, timeout: number): Promise<Catalog> {
  return readCatalog((method, params) => link.request({ method, params, timeout }), link.capabilities);
}

/** A server that is connected: what it offers now, and whether it lives. */
export class Connection {
  readonly link: Link;
  /** Resolves with the reason when the server is not there any more. */
  readonly ended: Promise<string>;
  readonly #options: ConnectionOptions;
  readonly #lost = Promise.withResolvers<string>();
  readonly #heartbeat: Disposable | undefined;
  #catalog: Catalog;
  #isClosed = false;
  #isAsked = false;

  constructor(link: Link, catalog: Catalog, options: ConnectionOptions) {
    const { settings: { pingEvery }, life: { clock } } = options;
    [this.link, this.#catalog, this.#options] = [link, catalog, options];
    this.ended = Promise.race([link.ended, this.#lost.promise]);
    this.#heartbeat = pingEvery === 0 ? undefined : clock.every(pingEvery, () => void this.ping());
  }

  get catalog(): Catalog {
    return this.#catalog;
  }

  /** @throws what the link throws */
  request(request: Omit<LinkRequest, "timeout">): Promise<Json> {
    return this.link.request({ ...request, timeout: this.#options.settings.timeout });
  }

  /** Reads again what the server offers. */
  refresh(): void {
    const { settings, life: { log }, onCatalog } = this.#options;
    catalogOf(this.link, settings.timeout).then((catalog) => {
      if (this.#isClosed) return;
      this.#catalog = catalog;
      onCatalog();
    }).catch((error) => log.warn("cannot read what the server offers", { error: String(error) }));
  }

  /** Asks whether the server lives, unless it is being asked. One that does not know the question does. */
  async ping(): Promise<void> {
    if (this.#isAsked || this.#isClosed) return;
    this.#isAsked = true;
    try {
      await this.link.request({ method: "ping", params: {}, timeout: PING_MS });
    } catch (error) {
      const failure = rpcErrorOf(error, this.#options.settings.name);
      if (failure.code === RPC.noSuchMethod || this.#isClosed) return;
      this.#lost.resolve(`it does not answer: ${failure.message}`);
    } finally {
      this.#isAsked = false;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#heartbeat?.[Symbol.dispose]();
    await this.link.close();
  }
}
