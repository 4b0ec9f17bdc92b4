import assert from "node:assert/strict";
import fs from "node:fs";
import { Hono } from "hono";
import { aborted, AppdError, type AppOptions, defineApp, flag, section, setting } from "../mod.ts";
import { startApp, until } from "./mod.ts";

const GARDEN = section("garden", {
  help: "the garden",
  fields: { wet: setting(flag(), { default: false, help: "whether it rains" }) },
});

/** Waters the garden every hour, unless it rains. */
function garden() {
  return defineApp({
    name: "garden",
    version: "1.0.0",
    config: [GARDEN],
    migrations: [{ version: 1, name: "log", sql: "CREATE TABLE watered (at INTEGER NOT NULL, note TEXT) STRICT" }],
    jobs: [{
      name: "water",
      every: "1h",
      async run({ config, store, run, log }) {
        if (config.garden.wet) throw new Error("it rains");
        log.info("watering", { note: run.payload });
        await store.write([{ sql: "INSERT INTO watered VALUES (?, ?)", params: [run.slot.getTime(), run.payload] }]);
      },
    }],
    checks: [{
      name: "weather",
      check: ({ config }) => {
        if (config.garden.wet) throw new Error("it rains");
      },
    }],
    services: [{
      name: "gnome",
      async run({ signal, note }) {
        note("watching");
        await aborted(signal);
      },
    }],
    routes: ({ store }) =>
      new Hono().get("/watered", async (context) => context.json(await store.read("SELECT * FROM watered"))),
  });
}

Deno.test("an app's job runs when the test says that its time has come", async () => {
  await using app = await startApp(garden());
  assert.equal(app.status().state, "ready");
  await app.clock.pass(59 * 60_000);
  assert.deepEqual(await (await app.request("/watered")).json(), []);
  await app.clock.pass(2 * 60_000);
  const [row] = await until("the first watering", async () => {
    const rows = await (await app.request("/watered")).json();
    return rows.length > 0 && rows;
  });
  assert.equal(row.at, Date.UTC(2025, 10, 1, 11, 30));
});

Deno.test("an app may read its tables while it makes its endpoints", async () => {
  const migrations = [{
    version: 1,
    name: "beds",
    sql: "CREATE TABLE bed (name TEXT); INSERT INTO bed VALUES ('roses')",
  }];
  await using app = await startApp(defineApp({
    ...{ name: "garden", version: "1.0.0", migrations },
    async routes({ store }) {
      const beds = await store.read("SELECT name FROM bed");
      return new Hono().get("/beds", (context) => context.json(beds));
    },
  }));
  assert.deepEqual(await (await app.request("/beds")).json(), [{ name: "roses" }]);
});

Deno.test("a job is triggered, with a payload and once for each key, and its end is waited for", async () => {
  await using app = await startApp(garden());
  const first = await app.runJob("water", { key: "a", payload: "roses" });
  const again = await app.runJob("water", { key: "a", payload: "roses" });
  assert.deepEqual([first.state, again.id], ["ok", first.id]);
  assert.deepEqual((await (await app.request("/watered")).json()).map(({ note }: { note: string }) => note), ["roses"]);
  assert.match(app.log(), /garden\.jobs\.water: watering .*note=roses/);
});

Deno.test("the log tells when the scheduler begins; of an app without jobs, nothing", async () => {
  await using plain = await startApp(defineApp({ name: "plain", version: "1.0.0" }));
  await using busy = await startApp(garden());
  assert.match(busy.log(), /garden\.scheduler: the scheduler has begun jobs=1 next=\d{4}-/);
  assert.doesNotMatch(plain.log(), /scheduler|repository/);
});

Deno.test("who waits for a run hears after its time that it goes on, and at its end how it ended", async () => {
  const done = Promise.withResolvers<void>();
  const sloth = defineApp({
    name: "sloth",
    version: "1.0.0",
    jobs: [{ name: "climb", run: async () => await done.promise }],
  });
  await using app = await startApp(sloth);
  const { id } = await (await app.request("/api/v1/jobs/climb/run", { method: "POST" })).json();
  const stateAfter = async (wait: number) =>
    (await (await app.request(`/api/v1/runs/${id}?wait=${wait}`)).json()).state;
  assert.equal(await stateAfter(0.05), "running");
  const waiting = stateAfter(30);
  done.resolve();
  assert.equal(await waiting, "ok");
});

Deno.test("a reload reaches jobs, checks and health", async () => {
  await using app = await startApp(garden(), { config: "[garden]\nwet = false\n" });
  assert.equal(app.health().status, "healthy");
  assert.deepEqual(app.health().migrations, { current: 1, latest: 1, pending: 0 }, "only the app's own count");
  assert.equal((await app.reload("[garden]\nwet = true\n")).ok, true);
  const { state } = await app.runJob("water");
  assert.equal(state, "failed");
  await app.clock.pass(3000);
  assert.equal(app.health().checks.weather?.error, "it rains");
  assert.equal(app.health().status, "degraded");
  const refused = await app.reload("[garden]\nwett = true\n");
  assert.equal(refused.ok, false);
  assert.match(refused.error ?? "", /wet/);
});

Deno.test("services run, endpoints are guarded as over TCP, and nothing stays behind", async () => {
  const app = await startApp(garden());
  await app.clock.pass(2000);
  const [gnome] = app.status().programs;
  assert.deepEqual([gnome?.name, gnome?.state, gnome?.note], ["gnome", "running", "watching"]);
  assert.equal((await app.request("/watered", { headers: { origin: "http://evil.example" } }, "tcp")).status, 403);
  assert.equal((await app.request("/watered", {}, "tcp")).status, 200);
  assert.equal((await app.request("/api/v1/reload", { method: "POST" }, "tcp")).status, 405);
  await app[Symbol.asyncDispose]();
  assert.equal(fs.existsSync(app.home), false);
});

for (const when of ["while the database opens", "when it is open"] as const) {
  Deno.test(`endpoints that cannot be made ${when} end the start, and leave nothing open`, async () => {
    const { app } = garden();
    const routes: typeof app.routes = async ({ store }) => {
      if (when === "when it is open") await store.read("SELECT 1");
      throw new Error("no spade");
    };
    await assert.rejects(startApp({ ...garden(), app: { ...app, routes } }), /no spade/);
  });
}

Deno.test("a stop in the middle of a reload that opens the database leaves nothing open", async () => {
  const bare = await startApp(defineApp({ name: "bare", version: "1.0.0" }));
  const reloaded = bare.reload('[[job]]\nname = "tick"\nevery = "1h"\ncommand = ["true"]\n').then(() => "", String);
  await bare[Symbol.asyncDispose]();
  assert.match(await reloaded, /^$|the daemon is stopping|while stopp/);
});

Deno.test("a start that fails throws what start would say, and leaves nothing", async () => {
  const before = fs.readdirSync("/tmp").filter((name) => name.startsWith("garden-test")).length;
  await assert.rejects(startApp(garden(), { config: "[garden]\nwett = true\n" }), (error) => {
    assert.ok(error instanceof AppdError);
    assert.equal(error.exitCode, 78);
    return true;
  });
  assert.equal(fs.readdirSync("/tmp").filter((name) => name.startsWith("garden-test")).length, before);
});

Deno.test("what the binary could not run is not started", async () => {
  const run = () => {};
  const of = (more: Partial<AppOptions<[]>>) => defineApp({ name: "garden", version: "1.0.0", ...more });
  const refused = async (defined: ReturnType<typeof of>, mode?: string) =>
    await startApp(defined, mode === undefined ? {} : { mode }).then(
      async (app) => (await app[Symbol.asyncDispose](), "it runs"),
      (error: AppdError) => `${error.message} (${error.hint})`,
    );
  assert.match(await refused(of({ jobs: [{ name: "a", run }, { name: "a", run }] })), /two jobs are called "a"/);
  assert.match(await refused(of({ commands: [{ name: "start", summary: "x", run }] })), /is taken by the built-in/);
  const wait = { name: "wait", value: { name: "TIME", kind: "duration" }, help: "x" } as const;
  assert.match(
    await refused(of({ commands: [{ name: "dig", summary: "x", run, options: [wait] }] })),
    /"--wait" of "dig" takes a value, and "--wait" of "jobs run" takes none/,
  );
  const modes = [{ name: "night", summary: "x" }];
  assert.equal(
    await refused(of({ modes }), "nope"),
    'cannot start "garden": it has no mode "nope" (its modes: night)',
  );
  assert.deepEqual(await Promise.all([refused(of({ modes }), "night"), refused(of({ modes }), "all")]), [
    ...["it runs", "it runs"],
  ]);
});

Deno.test("a mode that names a service which the configuration does not make says so at the start", async () => {
  const defined = defineApp({
    ...{ name: "garden", version: "1.0.0" },
    services: () => [{ name: "gnome", run: ({ signal }) => aborted(signal) }],
    modes: [{ name: "night", summary: "the gnome", services: ["gnom"] }, {
      name: "day",
      summary: "x",
      services: ["x"],
    }],
  });
  await using night = await startApp(defined, { mode: "night" });
  assert.match(
    night.log(),
    /doubtful configuration .*mode \\?"night\\?" names the service \\?"gnom\\?".*there are: gnome/,
  );
  assert.doesNotMatch(night.log(), /day/);
  await using all = await startApp(defined);
  assert.doesNotMatch(all.log(), /doubtful/);
});

Deno.test("a reload that takes a program away, or starts it anew, waits for its end, and so does the end of the test", async () => {
  const sleeps = (seconds: number) => `[[program]]\nname = "sleeper"\ncommand = ["sleep", "${seconds}"]\n`;
  const app = await startApp(defineApp({ name: "garden", version: "1.0.0" }), { config: sleeps(1000) });
  const pid = () => app.status().programs[0]?.pid ?? 0;
  const first = pid();
  assert.equal((await app.reload(sleeps(1001))).ok, true);
  const second = pid();
  assert.ok(second > 0 && second !== first);
  assert.equal((await app.reload("")).ok, true);
  assert.deepEqual(app.status().programs, []);
  assert.equal((await app.reload(sleeps(1002))).ok, true);
  const last = pid();
  await app[Symbol.asyncDispose]();
  for (const gone of [first, second, last]) assert.equal(fs.existsSync(`/proc/${gone}`), false, String(gone));
});

Deno.test("a request that ends a program is answered when it has ended", async () => {
  const config = '[[program]]\nname = "sleeper"\ncommand = ["sleep", "1003"]\n';
  await using app = await startApp(defineApp({ name: "garden", version: "1.0.0" }), { config });
  const stop = await app.request("/api/v1/programs/sleeper/stop", { method: "POST" });
  assert.equal(stop.status, 200);
  assert.deepEqual(app.status().programs.map(({ state, pid }) => [state, pid]), [["stopped", null]]);
});

Deno.test("a body is limited as on the binary, whatever it is made of", async () => {
  const routes = () =>
    new Hono().post("/upload", async ({ req, text }) => text(String((await req.arrayBuffer()).byteLength)))
      .post("/type", ({ req, text }) => text(req.header("content-type") ?? "none"))
      .post("/back", ({ req }) => new Response(req.raw.body));
  await using app = await startApp(defineApp({ name: "post", version: "1.0.0", bodyLimit: "16KiB", routes }));
  const post = async (path: string, body: BodyInit, headers: HeadersInit = {}) => {
    const response = await app.request(path, { method: "POST", body, headers });
    return [response.status, response.ok ? await response.text() : (await response.json()).error.message];
  };
  const long = "x".repeat(20_000);
  const stream = (text: string) => new Blob([text]).stream();
  const tooLong = [413, "a body may have 16384 bytes"];
  assert.deepEqual(await post("/upload", long), tooLong);
  assert.deepEqual(await post("/upload", stream(long)), tooLong);
  assert.deepEqual(await post("/upload", stream(long), { "content-length": "20000" }), tooLong);
  assert.deepEqual(await post("/upload", "x".repeat(16_384)), [200, "16384"]);
  assert.deepEqual(await post("/upload", stream("x".repeat(16_384))), [200, "16384"]);
  assert.deepEqual(await post("/back", stream("ünd zurück")), [200, "ünd zurück"]);
  assert.match(String((await post("/type", new FormData()))[1]), /^multipart\/form-data; boundary=/);
  assert.deepEqual(await post("/api/v1/reload", "x".repeat(70_000)), [413, "a body may have 65536 bytes"]);
  assert.equal((await post("/api/v1/reload", stream("{}")))[0], 411);
  assert.equal((await post("/upload", "x", { "x-long": "x".repeat(17_000) }))[0], 431);
});

Deno.test("an open path that no endpoint has is told at the start", async () => {
  const routes = () =>
    new Hono().use(async (_, next) => await next()).use("/files/*", ({ text }) => Promise.resolve(text("a file")))
      .get("/beds/:name", ({ text }) => text("roses"));
  const open = ["/beds/*", "/files/*", "/nothing"];
  await using app = await startApp(defineApp({ name: "garden", version: "1.0.0", routes, open }));
  assert.deepEqual(app.log().match(/a path is open, and no endpoint has it.*/g), [
    "a path is open, and no endpoint has it path=/nothing",
  ]);
});
