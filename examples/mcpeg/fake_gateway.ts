/** For the app's own tests: a gateway and its servers in one process, joined by transports in memory. */
import { Client } from "@modelcontextprotocol/sdk/client";
// @ts-types="@modelcontextprotocol/sdk/inMemory"
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { createTestServer, newWorld, type World } from "../../tests/fixtures/mcp_server.ts";
import type { Logger } from "../../src/mod.ts";
import { TestClock } from "../../src/testing/mod.ts";
import type { UpstreamSettings } from "./config.ts";
import { type Connect, linkOver } from "./link.ts";
import { Roof } from "./roof.ts";
import { serveClient } from "./session.ts";

/** A record, as the log would have it. */
export interface LogRecord {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function settingsOf(name: string, more: Partial<UpstreamSettings> = {}): UpstreamSettings {
  return {
    ...{ name, enabled: true, critical: false, timeout: 5000, connectTimeout: 5000, pingEvery: 0 },
    reach: { kind: "command", command: [name], env: {} },
    ...more,
  };
}

/** One life of a server that is behind the gateway. */
export interface Behind {
  readonly world: World;
  /** Settles as the service's run would. */
  readonly lived: Promise<void>;
  readonly notes: string[];
  /** Disconnects it as the gateway does. */
  stop(): void;
  /** Ends it as a crash does. */
  crash(): Promise<void>;
}

/** A gateway in memory. */
export class Bench implements AsyncDisposable {
  readonly clock = new TestClock();
  readonly records: LogRecord[] = [];
  readonly roof: Roof;
  readonly #worlds = new Map<string, World>();
  readonly #crash = new Map<string, () => Promise<void>>();
  readonly #ends: (() => Promise<void>)[] = [];

  constructor() {
    this.roof = new Roof({ connect: this.#connect, now: () => this.clock.now() });
  }

  get log(): Logger {
    const record = (message: string, fields = {}) => void this.records.push({ message, fields });
    return { debug: record, info: record, warn: record, error: record };
  }

  /** Puts a server behind the gateway; resolves when it is ready. */
  async add(
    name: string,
    { world = newWorld(name), ...more }: Partial<UpstreamSettings> & { world?: World } = {},
  ): Promise<Behind> {
    this.#worlds.set(name, world);
    const stop = new AbortController();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const notes: string[] = [];
    const lived = this.roof.live(settingsOf(name, more), {
      ...{ signal: stop.signal, log: this.log, clock: this.clock, home: "/", version: "1.0.0", ready: resolve },
      note: (note) => void notes.push(note),
    });
    lived.catch(reject);
    await promise;
    this.#ends.push(async () => {
      stop.abort();
      await lived.catch(() => {}); // What became of it is the test's matter.
    });
    return {
      world,
      lived,
      notes,
      stop: () => stop.abort(),
      crash: () => this.#crash.get(name)?.() ?? Promise.resolve(),
    };
  }

  readonly #connect: Connect = async ({ name, connectTimeout }, options) => {
    const [near, far] = InMemoryTransport.createLinkedPair();
    const world = this.#worlds.get(name) ?? newWorld(name);
    const server = createTestServer(world);
    await server.connect(far);
    this.#crash.set(name, () => server.close());
    return await linkOver(near, { ...options, timeout: connectTimeout });
  };

  /** A client of the gateway, connected. */
  async client(session = "s1"): Promise<Client> {
    const [near, far] = InMemoryTransport.createLinkedPair();
    const client = new Client({ name: "test client", version: "1" }, { capabilities: {} });
    const gateway = { name: "mcpeg", version: "1.0.0" };
    await serveClient(far, { roof: this.roof, log: this.log, gateway, id: () => session });
    await client.connect(near);
    this.#ends.unshift(() => client.close());
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) await end();
  }
}

/** Text of a tool's result. */
export function textOf(result: unknown): string {
  return (result as { content: { text: string }[] }).content.map(({ text }) => text).join("");
}
