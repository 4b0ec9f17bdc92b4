import assert from "node:assert/strict";
import { APPD_SCHEMA } from "./appd_schema.ts";
import { startReading } from "./kind.ts";
import type { Schema } from "./section.ts";
import { inLongKeys, longKey, shortNamesIn, shownKeys, spellingIn } from "./short_keys.ts";

const SCHEMA: Schema = {
  ...APPD_SCHEMA,
  keys: {
    port: "server.port",
    http_port: "server.port",
    levels: "log.levels",
    "settings.timezone": "timezone",
    "settings.log.size": "log.rotate_size",
    "daemon.patience": "daemon.shutdown_timeout",
  },
};

/** The document in long keys, and each flaw as `path message (hint)`. */
function long(document: Record<string, unknown>) {
  const flaws: string[] = [];
  const reading = startReading({
    base: "/h",
    sink: ({ path, message, hint }) => void flaws.push(`${path.join(".")} ${message}${hint ? ` (${hint})` : ""}`),
  });
  return { document: inLongKeys(SCHEMA, document, reading), flaws };
}

Deno.test("a key means the same in both spellings, and is shown in the short one", () => {
  assert.equal(longKey(SCHEMA, "port"), "server.port");
  assert.equal(longKey(SCHEMA, "server.port"), "server.port");
  assert.equal(longKey(SCHEMA, "levels.plum.http"), "log.levels.plum.http");
  assert.equal(longKey(SCHEMA, "portal"), "portal");
  assert.equal(shownKeys(SCHEMA)("server.port"), "port");
  assert.equal(shownKeys(SCHEMA)("log.format"), "log.format");
  assert.deepEqual(shortNamesIn(SCHEMA, []), ["port", "http_port", "levels", "settings", "daemon"]);
  assert.deepEqual(shortNamesIn(SCHEMA, ["settings"]), ["timezone", "log"]);
});

Deno.test("what is said in short keys is moved to where the long ones stand", () => {
  assert.deepEqual(long({ port: 1, settings: { timezone: "UTC", log: { size: "1MiB" } }, log: { format: "json" } }), {
    document: { server: { port: 1 }, timezone: "UTC", log: { format: "json", rotate_size: "1MiB" } },
    flaws: [],
  });
  assert.deepEqual(long({ daemon: { patience: "1s", keep_alive: true } }).document, {
    daemon: { shutdown_timeout: "1s", keep_alive: true },
  });
  assert.deepEqual(long({ settings: {} }), { document: {}, flaws: [] });
});

Deno.test("a setting that is given twice is a flaw of both lines", () => {
  const hint = "(keep one of the two lines)";
  assert.deepEqual(long({ port: 1, server: { port: 2 } }).flaws, [
    `port is the same setting as server.port, which is given too ${hint}`,
    `server.port is the same setting as port, which is given too ${hint}`,
  ]);
  assert.deepEqual(long({ port: 1, http_port: 2 }).flaws, [
    `http_port is the same setting as port, which is given too ${hint}`,
    `port is the same setting as http_port, which is given too ${hint}`,
  ]);
});

Deno.test("a table that only short keys make knows nothing else", () => {
  assert.deepEqual(long({ settings: { timezon: "UTC", log: { size: "1B", colour: 1 } } }).flaws, [
    'settings.timezon is not a known setting (did you mean "timezone"?)',
    "settings.log.colour is not a known setting (known: size)",
  ]);
  assert.deepEqual(long({ settings: 3 }).flaws, ["settings is 3, expected a table"]);
});

Deno.test("where something else than a table is in the way, the long table is left to its own flaw", () => {
  assert.deepEqual(long({ port: 1, server: "x" }), { document: { server: "x" }, flaws: [] });
});

Deno.test("a place is spelled as the document has it, and in short where it says nothing", () => {
  const path = ["server", "port"];
  assert.deepEqual(spellingIn(SCHEMA, { http_port: 1 })(path), ["http_port"]);
  assert.deepEqual(spellingIn(SCHEMA, { server: { port: 1 } })(path), path);
  assert.deepEqual(spellingIn(SCHEMA, {})(path), ["port"]);
  assert.deepEqual(spellingIn(SCHEMA, {})(["log", "levels", "a.b"]), ["levels", "a.b"]);
  assert.deepEqual(spellingIn(SCHEMA, {})(["log", "format"]), ["log", "format"]);
});
