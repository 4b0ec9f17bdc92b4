import assert from "node:assert/strict";
import type { JobStatus, RunReport } from "../../base/job_reports.ts";
import type { LogFields, Logger } from "../../base/logger.ts";
import type { Config } from "../../schema/appd_schema.ts";
import { realSystem } from "../../system/system.ts";
import { createContext } from "../context.ts";
import { NO_SCHEDULER } from "../stopped_report.ts";
import { createKit, type KitSources, withMore } from "./create_kit.ts";
import { figApp } from "./fake_fig.ts";

type AskedJobs = ReturnType<KitSources["jobs"]>;

function setUp(jobs: Partial<AskedJobs> = {}) {
  const records: unknown[] = [];
  const logger = (name?: string): Logger => {
    const say = (level: string) => (message: string, fields?: LogFields) =>
      void records.push([name, level, message, fields]);
    return { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
  };
  const state = { config: { timezone: "UTC" } as Config };
  const none: AskedJobs = {
    trigger: () => Promise.reject(new Error("not asked for")),
    status: () => [],
    scheduler: () => NO_SCHEDULER,
    api: undefined,
    database: undefined,
  };
  const context = createContext({
    home: "/h",
    startedIn: "/s",
    name: "two",
    flags: {},
    system: realSystem(),
    app: figApp(),
  });
  const kitFor = createKit({
    context,
    logs: { logging: { logger } },
    jobs: () => ({ ...none, ...jobs }),
    config: () => state.config,
  });
  return { kitFor, records, state };
}

Deno.test("a kit says whose it is", () => {
  const { name, version, instance, home, startedIn } = setUp().kitFor("routes");
  assert.deepEqual({ name, version, instance, home, startedIn }, {
    ...{ name: "fig", version: "1.2.3", instance: "two", home: "/h/two", startedIn: "/s" },
  });
});

Deno.test("its configuration is the one that holds, also with more in the kit", () => {
  const { kitFor, state } = setUp();
  const kit = withMore(kitFor("routes"), { run: 1 });
  assert.equal(kit.config.timezone, "UTC");
  state.config = { timezone: "Europe/Berlin" } as Config;
  assert.equal(kit.config.timezone, "Europe/Berlin");
  assert.equal(kit.run, 1);
});

Deno.test("its records have its fields, and those of each record", () => {
  const { kitFor, records } = setUp();
  const { log } = kitFor("jobs.pick", { job_id: 7 });
  log.info("picks", { file_path: "/a" });
  log.error("drops");
  kitFor("routes").log.warn("slow", { a: 1 });
  assert.deepEqual(records, [
    ["jobs.pick", "info", "picks", { job_id: 7, file_path: "/a" }],
    ["jobs.pick", "error", "drops", { job_id: 7 }],
    ["routes", "warn", "slow", { a: 1 }],
  ]);
});

Deno.test("without an open database its store rejects with the reason", async () => {
  const { store } = setUp().kitFor("routes");
  const error = { name: "AppdError", exit: "unavailable", message: /^cannot use "fig\.db": the database is not open/ };
  await assert.rejects(store.read("SELECT 1"), error);
  await assert.rejects(store.write([]), error);
});

Deno.test("with one, calls go through", async () => {
  const read = (sql: string) => Promise.resolve([{ sql }]);
  const open = { read, write: () => Promise.resolve([]) };
  const { store } = setUp({ database: Promise.resolve(open) }).kitFor(
    "routes",
  );
  assert.deepEqual(await store.read("SELECT 1"), [{ sql: "SELECT 1" }]);
});

Deno.test("a trigger has a key of its own, unless one is given", async () => {
  const calls: [string, { readonly key: string; readonly payload?: string }][] = [];
  const trigger: AskedJobs["trigger"] = async (job, call) => {
    calls.push([job, call]);
    return await Promise.resolve({} as RunReport);
  };
  const { jobs } = setUp({ trigger }).kitFor("routes");
  await jobs.trigger("pick");
  await jobs.trigger("pick");
  await jobs.trigger("pick", { key: "a", payload: "p" });
  assert.notEqual(calls[0]?.[1].key, calls[1]?.[1].key);
  assert.deepEqual(calls[2], ["pick", { key: "a", payload: "p" }]);
  for (const bad of [{ key: "" }, { key: "a\0" }, { key: "x".repeat(1025) }, { payload: "ü".repeat(40_000) }]) {
    await assert.rejects(jobs.trigger("pick", bad), { name: "AppdError", exit: "usage" });
  }
  assert.equal(calls.length, 3);
});

Deno.test("the status of one job is asked for by its name", () => {
  const { jobs } = setUp({ status: () => [{ name: "pick" }, { name: "peel" }] as JobStatus[] }).kitFor("routes");
  assert.equal(jobs.statusOf("peel")?.name, "peel");
  assert.equal(jobs.statusOf("plum"), undefined);
});

Deno.test("without jobs there is no history, and that is no error", async () => {
  const { jobs } = setUp().kitFor("routes");
  assert.deepEqual(await jobs.history({ limit: 10 }), { runs: [], next_before: null });
  assert.deepEqual(jobs.status(), []);
});
