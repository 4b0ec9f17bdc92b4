import assert from "node:assert/strict";
import fs from "node:fs";
import { AppdError } from "../base/errors.ts";
import { createContext } from "../app/context.ts";
import { fakeTerminal } from "../cli/fake_terminal.ts";
import { serveSocket } from "../http/unix_listener.ts";
import { integer } from "../schema/kinds.ts";
import { section } from "../schema/section.ts";
import { setting } from "../schema/setting.ts";
import { realSystem } from "../system/system.ts";
import { commandLine } from "./command_line.ts";
import { type AppOptions, defineApp } from "./define_app.ts";

const ORCHARD = section("orchard", {
  help: "plums",
  fields: { trees: setting(integer({ min: 1 }), { default: 12, help: "how many" }) },
});

/** An app that has one command, and a home to run it in. */
function plum(command: NonNullable<AppOptions<[typeof ORCHARD]>["commands"]>[number]["run"]) {
  const home = fs.mkdtempSync("/tmp/appd-kit-");
  const app = { name: "plum", version: "1.0.0", config: [ORCHARD] as const };
  const defined = defineApp({
    ...app,
    adjust({ orchard }) {
      if (orchard.trees === 14) throw new TypeError("no such branch");
      if (orchard.trees === 13) {
        throw new AppdError('cannot plant "13": bad luck', { exit: "config", hint: "plant 12" });
      }
      return {};
    },
    commands: [{
      ...{ name: "pick", summary: "pick plums", run: command ?? (() => {}) },
      options: [{ name: "patience", value: { name: "TIME", kind: "duration", default: "1m30s" }, help: "x" }, {
        name: "gently",
        help: "x",
      }, { name: "within", value: { name: "DURATION", kind: "duration" }, help: "how fast" }],
      arguments: [{ name: "SORT", kind: "text", required: false, help: "which" }],
    }],
  });
  return {
    home,
    socket: createContext({ home, flags: {}, system: realSystem() }).paths.socket,
    write: (text: string) => fs.writeFileSync(`${home}/config.toml`, text),
    async run(...args: string[]) {
      const terminal = fakeTerminal();
      const system = realSystem();
      const host = { ...system.host, env: { PATH: "/bin" } };
      const code = await commandLine(defined, ["--home", home, ...args], { ...system, host, terminal });
      return { code, stdout: terminal.stdout, stderr: terminal.stderr };
    },
    [Symbol.dispose]: () => fs.rmSync(home, { recursive: true }),
  };
}

Deno.test("a command gets its arguments, options, instance and configuration, and says how it ended", async () => {
  using app = plum(async (context) => {
    const { orchard, server } = await context.config();
    context.output.printJson([context.arguments, context.options.within, orchard.trees, server.port]);
    assert.equal(context.configFile, `${context.home}/config.toml`);
    return context.arguments.length;
  });
  app.write("[orchard]\ntrees = 3\n[server]\nport = 99\n");
  const { code, stdout } = await app.run("pick", "damson", "--within", "2s");
  assert.deepEqual([code, JSON.parse(stdout)], [1, [["damson"], 2000, 3, 99]]);
  assert.deepEqual((await app.run("pick")).code, 0);
});

Deno.test("nothing is 0, an AppdError is told, and everything else is a bug", async () => {
  using quiet = plum(() => {});
  assert.deepEqual(await quiet.run("pick"), { code: 0, stdout: "", stderr: "" });
  using refused = plum(() => {
    throw new AppdError('cannot climb "tree": it is wet', { exit: "unavailable", hint: "see: plum status" });
  });
  assert.deepEqual(await refused.run("pick"), {
    code: 69,
    stdout: "",
    stderr: `plum: cannot climb "tree": it is wet\nhint: see: plum --home ${refused.home} status\n`,
  });
  using bug = plum(() => {
    throw new TypeError("no such branch");
  });
  const { code, stderr } = await bug.run("pick");
  assert.equal(code, 70);
  assert.match(stderr, /^plum: internal error \(this is a bug\): no such branch\n/);
});

Deno.test("the configuration that a command reads has to be valid, and as the app wants it", async () => {
  using app = plum(async ({ config }) => void await config());
  app.write("[orchard]\ntres = 1\n");
  const { code, stderr } = await app.run("pick");
  assert.equal(code, 78);
  assert.match(stderr, /config\.toml:2:1: orchard\.tres is not a known setting\n.*\n.*\nhint: did you mean "trees"\?/);
  app.write("[orchard]\ntrees = 13\n");
  for (const words of [["pick"], ["config", "check"]]) assert.match((await app.run(...words)).stderr, /bad luck/);
  app.write("[orchard]\ntrees = 14\n");
  const bug = await app.run("config", "check", "--verbose");
  assert.equal(bug.code, 70);
  assert.match(bug.stderr, /cannot adjust the configuration of "plum": no such branch \(this is a bug\)/);
  assert.match(bug.stderr, /caused by: TypeError: no such branch\n +at /);
  app.write("[orchard]\ntrees = 12\n");
  const set = await app.run("config", "set", "orchard.trees", "13");
  assert.deepEqual([set.code, fs.readFileSync(`${app.home}/config.toml`, "utf8")], [78, "[orchard]\ntrees = 12\n"]);
});

Deno.test("a request without a daemon ends as a status does, with 3", async () => {
  using app = plum(async ({ request }) => void await request("/health"));
  const { code, stderr } = await app.run("pick");
  assert.equal(code, 3);
  assert.match(stderr, /^plum: cannot ask "[^"]+": the daemon is not running\nhint: start it: /);
});

Deno.test("a request hands on whatever the daemon answers", async () => {
  using app = plum(async ({ request, output }) => {
    const response = await request("/v1/trees", { method: "POST", body: "plant" });
    output.print(`${response.status} ${response.headers.get("x-tree")} ${await response.text()}`);
    output.print(String((await request("/empty")).body));
  });
  await using _daemon = serveSocket({
    path: app.socket,
    handler: async (request) =>
      request.method === "POST"
        ? new Response(`<p>${await request.text()}ed</p>`, { status: 418, headers: { "x-tree": "7" } })
        : new Response(null, { status: 204 }),
  });
  assert.equal((await app.run("pick")).stdout, "418 7 <p>planted</p>\nnull\n");
});

Deno.test("a question is answered in JSON, and a refusal is that of the daemon", async () => {
  using app = plum(async ({ ask, output }) => output.printJson(await ask<object>("/v1/trees")));
  const answers = [
    Response.json({ trees: 3 }),
    Response.json({ error: { message: "no tree", hint: "plant one", exit: "unavailable" } }, { status: 503 }),
    Response.json(null, { status: 404 }),
    new Response("<p>"),
  ];
  await using _daemon = serveSocket({ path: app.socket, handler: () => answers.shift() ?? new Response() });
  assert.deepEqual(JSON.parse((await app.run("pick")).stdout), { trees: 3 });
  const refused = await app.run("pick");
  assert.deepEqual([refused.code, refused.stderr], [69, "plum: no tree\nhint: plant one\n"]);
  const missing = await app.run("pick");
  assert.deepEqual([missing.code, missing.stderr.replace(app.home, "HOME")], [
    1,
    'plum: cannot ask for "/v1/trees": the daemon answers 404\nhint: see: plum --home HOME logs\n',
  ]);
  assert.match((await app.run("pick")).stderr, /cannot read the answer to "\/v1\/trees": it is not JSON/);
});

Deno.test("an app that cannot be says so on every line, and ends with 78", async () => {
  const run = () => {};
  const services = [{ name: "proxy", run }, { name: "proxy", run }];
  const say = async (options: Partial<AppOptions<[]>>, ...args: string[]) => {
    const terminal = fakeTerminal();
    const defined = defineApp({ name: "cco", version: "1.0.0", ...options });
    const code = await commandLine(defined, args, { ...realSystem(), terminal });
    return { code, stderr: terminal.stderr };
  };
  for (const args of [[], ["--help"], ["start"], ["nonsense"]]) {
    assert.deepEqual(await say({ services }, ...args), {
      code: 78,
      stderr: 'cco: cannot define "cco": two services are called "proxy"\nhint: give each service a name of its own\n',
    });
  }
  assert.deepEqual(await say({ commands: [{ name: "stop", summary: "x", run }] }, "status"), {
    code: 78,
    stderr:
      'cco: cannot define "cco": the name of the command "stop" is taken by the built-in "stop"\nhint: give it another name\n',
  });
  const keys = await say({ keys: { port: "server.prot" } }, "config", "check", "--home", "/tmp/no-such-home");
  assert.deepEqual([keys.code, keys.stderr.split("\n")[1]], [78, 'hint: did you mean "server.port"?']);
});

Deno.test("config check names a service that a mode names in vain", async () => {
  const terminal = fakeTerminal();
  const modes = [{ name: "night", summary: "the gnome", services: ["gnom"] }];
  const defined = defineApp({ name: "garden", version: "1.0.0", services: () => [{ name: "gnome", run() {} }], modes });
  const args = ["config", "check", "--home", "/tmp/no-such-home"];
  assert.equal(await commandLine(defined, args, { ...realSystem(), terminal }), 0);
  assert.match(terminal.stderr, /^garden: warning: the mode "night" names the service "gnom", which is not there/m);
});

Deno.test("a command is given its own options, with their defaults, and nobody else's", async () => {
  using app = plum(({ options, output }) => output.printJson(options));
  assert.deepEqual(JSON.parse((await app.run("pick")).stdout), { patience: 90_000 });
  const given = await app.run("pick", "--patience", "2s", "--gently", "--json", "--verbose");
  assert.deepEqual(JSON.parse(given.stdout), { patience: 2000, gently: true });
});
