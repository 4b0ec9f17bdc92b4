/** What tests of the store share: a directory, an engine in this thread, stores that close themselves. */
import fs from "node:fs";
import { join } from "node:path";
import type { Logger } from "../base/logger.ts";
import { systemClock } from "../system/clock.ts";
import { systemFiles } from "../system/files.ts";
import { openSqlite } from "../system/sqlite.ts";
import type { StartThread } from "../system/thread.ts";
import { Engine } from "./engine.ts";
import type { MigrationList, Request } from "./messages.ts";
import { openStore, type StoreOptions } from "./open_store.ts";
import type { Store } from "./store.ts";

/** The engine without a thread, at the same distance: messages are copied, and come a turn later. */
export function inProcess(ports = { files: systemFiles, open: openSqlite }): StartThread {
  return (events) => {
    const engine = new Engine(ports);
    let open = true;
    const answer = (reply: unknown) => queueMicrotask(() => open && events.message(structuredClone(reply)));
    return {
      post: (message) => setTimeout(() => open && engine.handle(structuredClone(message) as Request, answer), 0),
      [Symbol.dispose]: () => void (open = false),
    };
  };
}

export const NOTES: MigrationList = {
  owner: "test",
  migrations: [{
    version: 1,
    name: "notes",
    sql: "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT UNIQUE) STRICT",
  }],
};

/** Keeps what is said. */
export class MemoryLog implements Logger {
  readonly lines: string[] = [];
  debug = this.#keep("debug");
  info = this.#keep("info");
  warn = this.#keep("warn");
  error = this.#keep("error");

  #keep(level: string) {
    return (message: string, fields?: unknown) => void this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`);
  }
}

/** A directory that is removed at the end. */
export function directory(): { readonly path: string } & Disposable {
  const path = fs.mkdtempSync("/tmp/appd-store-");
  return { path, [Symbol.dispose]: () => fs.rmSync(path, { recursive: true, force: true }) };
}

/** Opens a store at `place/appd.db`, with the table of {@link NOTES}. */
export function openNotes(place: string, options: Partial<StoreOptions> = {}): Promise<Store> {
  const path = join(place, "appd.db");
  return openStore({
    path,
    migrations: [NOTES],
    clock: systemClock,
    log: new MemoryLog(),
    start: inProcess(),
    ...options,
  });
}

export const insert = (text: string) => [{ sql: "INSERT INTO note (text) VALUES (?)", params: [text] }];

export async function texts(store: Store): Promise<unknown[]> {
  return (await store.read("SELECT text FROM note ORDER BY id")).map(({ text }) => text);
}
