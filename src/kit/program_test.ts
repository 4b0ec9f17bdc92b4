import assert from "node:assert/strict";
import { allCommands, topCommands } from "../cli/command.ts";
import { completionModel } from "../cli/completion_model.ts";
import { commandHelp, programHelp } from "../cli/help.ts";
import { manPage } from "../cli/man_page.ts";
import { markdown } from "../cli/markdown.ts";
import { parse } from "../cli/parse.ts";
import { createProduct } from "../base/product.ts";
import { appSchema } from "../schema/app_schema.ts";
import { flagsOf } from "../schema/flags.ts";
import { integer } from "../schema/kinds.ts";
import { listSettings } from "../schema/list_settings.ts";
import { section } from "../schema/section.ts";
import { setting } from "../schema/setting.ts";
import { APPD_APP } from "../app/kit/app.ts";
import { APPD } from "../cli/command_table.ts";
import { flawOfTable } from "./check_table.ts";
import type { AppCommand } from "./command.ts";
import { type AppOptions, defineApp } from "./define_app.ts";
import { programOf } from "./program.ts";
import { settingOptions } from "./setting_options.ts";

const run = () => {};
const SETTINGS = {
  sections: [section("orchard", {
    help: "plums",
    fields: { trees: setting(integer(), { default: 12, help: "how many", flag: "COUNT" }) },
  })],
  keys: { port: "server.port", host: "server.bind", "settings.level": "log.level" },
  defaults: { port: 7117, "log.format": "json" },
};

const PICK: AppCommand<unknown> = {
  name: "pick",
  aliases: ["take", "--pick"],
  summary: "pick plums",
  arguments: [{ name: "SORT", kind: "text", required: true, help: "which", choices: ["damson"] }],
  options: [{ name: "gently", short: "f", help: "with care" }, {
    name: "ladder",
    value: { name: "M", kind: "count" },
    help: "high",
  }],
};

function plum(more: Partial<AppOptions<[]>> = {}) {
  return defineApp({
    name: "plum",
    version: "1.0.0",
    summary: "an orchard",
    services: [{ name: "shop", run }],
    modes: [{ name: "visit", summary: "only the shop", services: ["shop"] }],
    verbsUnder: "daemon",
    commands: [{ ...PICK, run }, {
      name: "trees",
      summary: "the trees",
      commands: [{ name: "count", summary: "count them", run }],
    }],
    ...more,
    keys: SETTINGS.keys,
    defaults: SETTINGS.defaults,
    config: SETTINGS.sections as unknown as [],
  });
}

const PLUM = programOf(plum());

Deno.test("appd's own table stays as it is", () => {
  assert.deepEqual(programOf({ app: APPD_APP, commands: [] }), APPD);
});

Deno.test("the app's commands, modes and its word for the verbs are a first group of the help", () => {
  const help = programHelp(PLUM);
  assert.match(help, /^plum: an orchard\n/);
  assert.match(
    help,
    /\nplum:\n {2}pick, take, --pick +pick plums\n {2}trees +the trees\n {2}visit, --visit +only the shop, in the foreground\n {2}daemon +the verbs/,
  );
  assert.equal(flawOfTable(PLUM), undefined);
});

Deno.test("verbs, aliases, modes and nested commands are understood", () => {
  const path = (line: string) => parse(PLUM, line.split(" ")).path;
  for (const line of ["pick damson", "take damson", "--pick damson"]) assert.deepEqual(path(line), ["pick"]);
  assert.deepEqual(path("trees count"), ["trees", "count"]);
  assert.deepEqual(path("--visit --port 1"), ["visit"]);
  assert.deepEqual(path("daemon start --port 1 -- ./x"), ["daemon", "start"]);
  assert.deepEqual(path("daemon logs -f"), ["daemon", "logs"]);
  assert.throws(() => path("--visit --daemon"), /"--visit" and "--daemon" at once/);
  for (const line of ["--visit --daemon", "--daemon visit", "--visit start", "start visit"]) {
    assert.throws(() => path(line), { hint: "to do both: plum start --mode visit" });
  }
  assert.throws(() => path("--visit --stop"), { hint: "see: plum --help" });
  assert.throws(() => path("start ./visit"), { hint: "a command to supervise stands after --: plum start -- ./visit" });
  assert.throws(() => path("visit -- ./server"), /takes no arguments/);
  assert.throws(() => path("daemon strat"), { hint: 'did you mean "start"? see: plum daemon --help' });
  assert.throws(() => path("pick damsn"), { hint: 'did you mean "damson"? see: plum pick --help' });
  assert.throws(() => path("pick damson --gentle"), { hint: 'did you mean "--gently"? see: plum pick --help' });
});

Deno.test("a letter that a built-in option has too means the command's own option", () => {
  assert.deepEqual(parse(PLUM, ["pick", "damson", "-f"]).options, { gently: true });
  assert.deepEqual(parse(PLUM, ["-f", "pick", "damson"]).options, { gently: true });
  assert.deepEqual(parse(PLUM, ["logs", "-f"]).options, { follow: true });
});

Deno.test("settings are options under their short names, with the app's defaults", () => {
  const { settings } = parse(PLUM, ["start", "--host", "::1", "--port=1", "--trees", "3", "--log-level=warn"]);
  assert.deepEqual(settings, { "server.bind": "::1", "server.port": "1", "orchard.trees": "3", "log.level": "warn" });
  assert.deepEqual(parse(PLUM, ["run", "--bind", "::1"]).settings, { "server.bind": "::1" });
  assert.throws(
    () => parse(PLUM, ["run", "--bind", "::1", "--host", "::1"]),
    /"--host" and "--bind" at once|"--bind" and "--host" at once/,
  );
  const at = allCommands(PLUM).find(({ path }) => path.join(" ") === "daemon start");
  assert.ok(at);
  const help = commandHelp(PLUM, at);
  assert.match(help, /--port PORT .*\n.*default 7117/);
  assert.match(help, /--trees COUNT +how many \(default 12\)/);
  assert.match(help, /one of text, json;\n +default json/);
  assert.match(help, /plum daemon start --name two/);
});

Deno.test("the options of settings are those of the app's whole schema, and appd's own long names", () => {
  const schema = appSchema(createProduct({ name: "plum", version: "1.0.0" }), SETTINGS);
  const byName = (one: { readonly name: string }, other: { readonly name: string }) => one.name < other.name ? -1 : 1;
  const derived = settingOptions(SETTINGS).filter(({ help }) => !help.startsWith("the same as"));
  assert.deepEqual(derived.toSorted(byName), flagsOf(listSettings(schema)).toSorted(byName));
});

Deno.test("man page, docs and completions know all of it, and docs say the same thing once", () => {
  const page = manPage(PLUM);
  assert.match(page, /plum pick SORT/);
  assert.match(page, /\.SS plum daemon start [^\n]*\nThe same as plum start\./);
  assert.match(markdown(PLUM), /### plum daemon stop\n\nThe same as `plum stop`\.\n/);
  const model = completionModel(PLUM, { settings: [], values: [] });
  assert.deepEqual(model.places.find(({ at }) => at === "pick")?.arguments[0]?.choices, ["damson"]);
  assert.ok(model.steps.some(({ from, word, to }) => from === "daemon" && word === "start" && to === "daemon start"));
  assert.ok(!model.steps.some(({ from, word }) => from === "daemon" && word.startsWith("-")));
});

Deno.test("every built-in verb of the daemon and of the service is under the word", () => {
  const under = topCommands(PLUM).find(({ name }) => name === "daemon")?.commands?.map(({ name }) => name);
  for (const verb of ["start", "stop", "restart", "status", "logs", "reload", "log-rotate", "run"]) {
    assert.ok(under?.includes(verb), verb);
  }
  for (const verb of ["install", "uninstall", "enable", "disable"]) assert.ok(under?.includes(verb), verb);
});

Deno.test("the help of a mode says what runs in it", () => {
  const told = (mode: { services?: readonly string[]; jobs?: boolean }) => {
    const program = programOf(plum({ modes: [{ name: "visit", summary: "x", ...mode }] }));
    return topCommands(program).find(({ name }) => name === "visit")?.description?.at(-1);
  };
  assert.equal(told({}), "In this mode: all services; the jobs too.");
  assert.equal(told({ services: [], jobs: true }), "In this mode: no services; the jobs too.");
  assert.equal(told({ services: ["shop"], jobs: false }), "In this mode: the service shop; no jobs.");
  assert.equal(told({ services: ["shop", "till"] }), "In this mode: the services shop, till; the jobs too.");
});

Deno.test("a command that asks the daemon can end with 69 too, and says in its own words what that means", () => {
  const exits = (own: AppCommand<unknown>["exits"]) => {
    const program = programOf(plum({ commands: [{ ...PICK, ...(own && { exits: own }), run }] }));
    return topCommands(program).find(({ name }) => name === "pick")?.exits;
  };
  assert.deepEqual(exits(undefined), { ok: true, usage: true });
  const silent = "the daemon does not answer";
  assert.deepEqual(exits({ notRunning: true }), { ok: true, usage: true, unavailable: silent, notRunning: true });
  assert.equal(exits({ notRunning: true, unavailable: "no proxy" })?.unavailable, "no proxy");
});

Deno.test("what collides with the built-in table is refused", () => {
  const flaw = (more: Partial<AppOptions<[]>>) => flawOfTable(programOf(plum(more)));
  const flaws: readonly (readonly [Partial<AppOptions<[]>>, RegExp])[] = [
    [
      { commands: [{ name: "logs", summary: "x", run }] },
      /the name of the command "logs" is taken by the built-in "logs"/,
    ],
    [
      { commands: [{ name: "serve", summary: "x", run }] },
      /the name of the command "serve" is taken by the built-in "run"/,
    ],
    [
      { commands: [{ ...PICK, aliases: ["--stop"], run }] },
      /the alias "--stop" of "pick" is taken by the built-in "stop"/,
    ],
    [
      { modes: [{ name: "daemon", summary: "x" }], verbsUnder: "svc" },
      /the alias "--daemon" of "daemon" is taken by the built-in "start"/,
    ],
    [{ modes: [{ name: "json", summary: "x" }] }, /the alias "--json" is an option of every command/],
    [
      {
        commands: [{ ...PICK, options: [{ name: "wait", value: { name: "TIME", kind: "duration" }, help: "x" }], run }],
      },
      /the option "--wait" of "pick" takes a value, and "--wait" of "jobs run" takes none/,
    ],
    [{ verbsUnder: "config" }, /the name of the command "config" is taken/],
    [{ verbsUnder: "pick" }, /the name of the command "pick" is taken by "pick"/],
    [
      { commands: [{ name: "a", summary: "x", commands: [{ name: "b", aliases: ["--b"], summary: "x", run }] }] },
      /the alias "--b" leads to "a b"/,
    ],
    [
      { commands: [{ ...PICK, options: [{ name: "port", help: "x" }], run }] },
      /"--port" of "pick" takes no value, and "--port" of "[a-z -]+" takes one/,
    ],
    [
      { commands: [{ ...PICK, options: [{ name: "z", short: "n", help: "x" }], run }] },
      /"-n" of "pick" takes no value, and "-n" or "--lines" of "[a-z ]+" takes one/,
    ],
    [{ commands: [{ ...PICK, options: [{ name: "stop", help: "x" }], run }] }, /"--stop" is the alias of a command/],
  ];
  for (const [more, expected] of flaws) {
    const found = flaw(more);
    assert.match(found?.message ?? "none", expected);
    assert.equal(found?.exit, "config");
  }
});

Deno.test("two settings with options of one name are refused", () => {
  const home = section("home", {
    help: "x",
    fields: { name: setting(integer(), { default: 1, help: "x", flag: "N" }) },
  });
  const defined = defineApp({ name: "plum", version: "1.0.0", config: [home] });
  assert.match(flawOfTable(programOf(defined))?.message ?? "", /two options of "start" are called "--name"/);
});

Deno.test("an option of a command with the name of one that every command has is to be renamed", () => {
  const { message, hint } = flawOfTable(programOf(plum({
    commands: [{ ...PICK, options: [{ name: "json", help: "x" }], run }],
  }))) ?? assert.fail("it is taken");
  assert.deepEqual([message, hint], [
    'cannot define "plum": two options of "pick" are called "--json"',
    "give it another name",
  ]);
});
