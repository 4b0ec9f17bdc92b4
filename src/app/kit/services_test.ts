import assert from "node:assert/strict";
import { AppdError } from "../../base/errors.ts";
import { SILENT } from "../../base/logger.ts";
import { homeWith } from "../../config/home_with.ts";
import { loadConfig } from "../../config/load.ts";
import type { TaskLife, TaskSpec } from "../../programs/task_spec.ts";
import { APPD_SCHEMA, type Config } from "../../schema/appd_schema.ts";
import { text } from "../../schema/kinds.ts";
import { extendSchema, section } from "../../schema/section.ts";
import { setting } from "../../schema/setting.ts";
import { FakeClock } from "../../system/fake_clock.ts";
import type { Mode } from "./app.ts";
import type { Kit } from "./kit.ts";
import type { Service, ServiceContext } from "./service.ts";
import { plannedService, serviceSpec } from "./services.ts";
import { wantedServices } from "./wanted_services.ts";

const OWN = section("proxy", {
  help: "the proxy",
  fields: { upstream: setting(text(), { default: "a", help: "where to", reload: "applied", example: "b" }) },
});
const SCHEMA = extendSchema(APPD_SCHEMA, { sections: [OWN] });

type OwnConfig = Config & { readonly proxy: { readonly upstream: string } };

async function configOf(toml = ""): Promise<OwnConfig> {
  await using home = homeWith(toml);
  const { config } = await loadConfig(home);
  return { ...config, proxy: { upstream: "a" } };
}

const service = (name: string, more: Partial<Service<OwnConfig>> = {}): Service<OwnConfig> => ({
  name,
  run() {},
  ...more,
});

interface Around {
  readonly toml?: string;
  readonly mode?: Mode;
  readonly config?: OwnConfig;
  readonly kitFor?: (logger: string) => Kit<OwnConfig>;
  readonly stopping?: AbortSignal;
}

async function specsOf(services: readonly Service<OwnConfig>[], around: Around = {}): Promise<TaskSpec[]> {
  const config = around.config ?? await configOf(around.toml);
  const planned = wantedServices(services, { mode: around.mode, config })
    .map((wanted) => plannedService(wanted, { config, schema: SCHEMA }));
  const kitFor = around.kitFor ?? (() => fakeKit(() => config));
  const { stopping = new AbortController().signal } = around;
  return planned.map((one) => serviceSpec(one, { config, kitFor, stopping }));
}

function fakeKit(config: () => OwnConfig): Kit<OwnConfig> {
  const refuse = () => Promise.reject(new Error("not in this test"));
  return {
    ...{ name: "quince", version: "1.0.0", instance: "default", home: "/h", startedIn: "/", log: SILENT },
    get config() {
      return config();
    },
    ...{ store: { read: refuse, write: refuse }, clock: new FakeClock() },
    jobs: {
      trigger: refuse,
      history: refuse,
      status: () => [],
      statusOf: () => undefined,
      scheduler: () => assert.fail(),
    },
  };
}

const life = (more: Partial<TaskLife> = {}): TaskLife => ({
  ...{ generation: 1, signal: new AbortController().signal, ready() {}, note() {} },
  ...more,
});

const names = (specs: readonly TaskSpec[]) => specs.map(({ name }) => name);

Deno.test("a service that says nothing special has the defaults of a program", async () => {
  const [spec] = await specsOf([service("proxy")]);
  const { task, ...rest } = spec ?? assert.fail("no spec");
  assert.deepEqual(rest, {
    ...{ name: "proxy", critical: false, restart: "always", onFailed: "degrade" },
    ...{ stopTimeout: 10_000, startTimeout: 60_000, stableAfter: 10_000 },
  });
  assert.deepEqual([task.probed, task.logFile.endsWith("/daemon.log")], [false, true]);
});

Deno.test("whatever a service says reaches its spec", async () => {
  const own = { critical: true, restart: "on-failure", onFailed: "exit" } as const;
  const [, spec] = await specsOf([
    service("db"),
    service("proxy", {
      ...own,
      ...{ readiness: "called", dependsOn: { db: "ready" }, stopTimeout: "1m30s", startTimeout: "500ms" },
    }),
  ]);
  const { task, stableAfter: _, name: _name, ...rest } = spec ?? assert.fail("no spec");
  assert.deepEqual(rest, { ...own, dependsOn: { db: "ready" }, stopTimeout: 90_000, startTimeout: 500 });
  assert.equal(task.probed, true);
});

Deno.test("a mode runs its own services, and no mode all of them", async () => {
  const web = { name: "web", summary: "serve", services: ["page"] };
  const services = [service("page"), service("refresh")];
  const run = async (mode?: Mode) => names(await specsOf(services, mode === undefined ? {} : { mode }));
  const quiet = await run({ name: "quiet", summary: "no jobs", jobs: false });
  assert.deepEqual([await run(web), quiet, await run()], [["page"], namesIn(services), namesIn(services)]);
});

const namesIn = (services: readonly Service<OwnConfig>[]) => services.map(({ name }) => name);

Deno.test("a service that the configuration does not want does not run, and nobody waits for it", async () => {
  const specs = await specsOf([
    service("cache", { enabled: ({ server }) => server.port === 1 }),
    service("proxy", { dependsOn: { cache: "ready", web: "started" } }),
  ], { toml: '[[program]]\nname = "web"\ncommand = ["x"]\n' });
  assert.deepEqual(specs.map(({ name, dependsOn }) => [name, dependsOn]), [["proxy", { web: "started" }]]);
});

Deno.test("the mark follows what is watched: the app's own sections, or what the service says", async () => {
  const before = await configOf();
  const other: OwnConfig = { ...before, server: { ...before.server, port: 1 } };
  const own: OwnConfig = { ...before, proxy: { upstream: "b" } };
  const services = [
    service("standard"),
    service("port", { watches: ({ server }) => server.port }),
    service("nothing", { watches: () => undefined }),
  ];
  const marksOf = async (config: OwnConfig) => (await specsOf(services, { config })).map(({ task }) => task.mark);
  const marks = await marksOf(before);
  const changed = async (config: OwnConfig) => (await marksOf(config)).map((mark, index) => mark !== marks[index]);
  assert.deepEqual(await changed({ ...before }), [false, false, false]);
  assert.deepEqual(await changed(other), [false, true, false]);
  assert.deepEqual(await changed(own), [true, false, false]);
});

const GIVEN: readonly (readonly [name: string, services: readonly Service<OwnConfig>[], toml: string, says: RegExp])[] =
  [
    [
      "a program",
      [service("web")],
      program("web"),
      /cannot run the service "web": the configuration has a program "web"/,
    ],
    [
      "an instance",
      [service("web.2")],
      program("web"),
      /cannot run the service "web.2": the configuration has a program/,
    ],
    [
      "a job",
      [service("web")],
      '[[job]]\nname = "web"\nevery = "1h"\ncommand = ["x"]\n',
      /the configuration has a job "web"/,
    ],
    ["a duration", [service("a", { stopTimeout: "soon" })], "", /its stopTimeout is "soon", which is no duration/],
    [
      "an unknown one",
      [service("a", { dependsOn: { b: "ready" } })],
      "",
      /depends on "b", and there is no such service/,
    ],
    ["itself", [service("a", { dependsOn: { a: "ready" } })], "", /"a": it waits in a circle with itself/],
    [
      "a circle",
      [service("a", { dependsOn: { b: "ready" } }), service("b", { dependsOn: { a: "ready" } })],
      "",
      /"a": it waits in a circle with b/,
    ],
    [
      "a throw",
      [service("a", { watches: () => JSON.parse("{") })],
      "",
      /cannot run the service "a": its watches\(\) threw: /,
    ],
  ];

function program(name: string): string {
  return `[[program]]\nname = "${name}"\ncommand = ["x"]\n`;
}

for (const [name, services, toml, says] of GIVEN) {
  Deno.test(`refused: ${name}`, async () => {
    await assert.rejects(specsOf(services, { toml }), (error: AppdError) => {
      assert.match(error.message, says);
      assert.deepEqual([error instanceof AppdError, error.exit], [true, "config"]);
      return true;
    });
  });
}

Deno.test("the code gets the kit of its logger, its signals, and the configuration that holds", async () => {
  let config = await configOf();
  const [loggers, seen]: [string[], ServiceContext<OwnConfig>[]] = [[], []];
  const stopping = new AbortController();
  const [spec] = await specsOf([service("proxy", { run: (context) => void seen.push(context) })], {
    stopping: stopping.signal,
    kitFor(logger) {
      loggers.push(logger);
      return fakeKit(() => config);
    },
  });
  const said: string[] = [];
  const signal = new AbortController().signal;
  await spec?.task.run(life({ signal, ready: () => said.push("ready"), note: (text) => said.push(text) }));
  const [context] = seen;
  assert.ok(context);
  assert.deepEqual([loggers, context.name, context.home, context.signal === signal], [
    ...[["services.proxy"], "quince", "/h", true],
  ]);
  context.ready();
  context.note("serves");
  assert.deepEqual(said, ["ready", "serves"]);
  assert.equal(context.config.proxy.upstream, "a");
  config = { ...config, proxy: { upstream: "b" } };
  assert.equal(context.config.proxy.upstream, "b");
  stopping.abort();
  assert.equal(context.stopping.aborted, true);
});
