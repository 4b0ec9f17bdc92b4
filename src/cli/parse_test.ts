import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { APPD } from "./command_table.ts";
import { parse } from "./parse.ts";

function parsed(line: string) {
  return parse(APPD, line.split(" ").filter((word) => word !== ""));
}

function refusal(argv: string | readonly string[]): AppdError {
  try {
    parse(APPD, typeof argv === "string" ? argv.split(" ") : argv);
  } catch (error) {
    assert.ok(error instanceof AppdError, String(error));
    assert.equal(error.exit, "usage");
    return error;
  }
  assert.fail(`"${argv}" was understood`);
}

Deno.test("a subcommand, its alias and its flag are one command", () => {
  for (const line of ["start", "--daemon"]) assert.deepEqual(parsed(line).path, ["start"]);
  for (const line of ["run", "serve"]) assert.deepEqual(parsed(line).path, ["run"]);
  for (const line of ["status", "--status", "--daemon-status"]) assert.deepEqual(parsed(line).path, ["status"]);
  for (const line of ["stop", "--stop", "--daemon-stop"]) assert.deepEqual(parsed(line).path, ["stop"]);
  assert.deepEqual(parsed("--json --log-rotate").path, ["log-rotate"]);
  assert.deepEqual(parsed("config set log.level debug").path, ["config", "set"]);
});

Deno.test("options stand before the verb, behind it, and joined", () => {
  const want = { home: "/x", json: true };
  for (const line of ["--home /x --json status", "status --home=/x --json", "--json status --home /x"]) {
    assert.deepEqual(parsed(line).options, want, line);
  }
  assert.deepEqual(parsed("logs web -fn20").options, { follow: true, lines: 20 });
  assert.deepEqual(parsed("--home /x --stop --timeout 1m30s").options, { home: "/x", timeout: 90_000 });
});

Deno.test("what looks like a verb is a value after an option that takes one", () => {
  const { path, options } = parsed("--name stop status");
  assert.deepEqual([path, options], [["status"], { name: "stop" }]);
});

Deno.test("two verbs at once are refused before anything happens", () => {
  assert.match(refusal("--stop --status").message, /"--stop" and "--status" at once/);
  assert.match(refusal("--stop --stop").message, /at once/);
  assert.match(refusal("--stop status").message, /"--stop" and "status" at once/);
  assert.match(refusal("start --daemon").message, /at once/);
  refusal("stop status");
});

Deno.test("what people look for under jobs is said to be elsewhere", () => {
  assert.equal(refusal("jobs logs half3").message, 'cannot run "jobs logs": unknown command');
  assert.equal(refusal("jobs logs half3").hint, "write: appd logs half3");
  assert.equal(refusal("jobs pause").hint, "write: appd pause NAME");
  assert.equal(refusal("jobs resume a").hint, "write: appd resume a");
  assert.equal(refusal("jobs start a").hint, "write: appd jobs run a");
  assert.equal(refusal("jobs stop a").hint, "write: appd jobs cancel a");
  assert.match(refusal("jobs lits").hint ?? "", /did you mean "list"/);
  assert.match(refusal("jobs constructor").hint ?? "", /see: appd jobs --help/);
});

Deno.test("settings are handed on as text by dotted key", () => {
  const invocation = parsed("start --port 9000 --log-level=debug --shutdown-timeout 5s");
  assert.deepEqual(invocation.settings, {
    "server.port": "9000",
    "log.level": "debug",
    "daemon.shutdown_timeout": "5s",
  });
  assert.equal(parsed("start --port nonsense").settings["server.port"], "nonsense"); // The schema judges it.
});

Deno.test("words after -- are handed on untouched", () => {
  const { trailing, options, settings } = parsed("start --port 1 -- ./server --port 9 --json -- --stop");
  assert.deepEqual(trailing, ["./server", "--port", "9", "--json", "--", "--stop"]);
  assert.deepEqual([options, settings], [{ port: "1" }, { "server.port": "1" }]);
  assert.deepEqual(parse(APPD, ["--daemon", "--", "", "x"].slice(0, 1)).trailing, undefined);
  assert.deepEqual(parse(APPD, ["run", "--", "sh", "-c", ""]).trailing, ["sh", "-c", ""]);
});

Deno.test("-- protects an argument that looks like an option, where no command may follow", () => {
  assert.deepEqual(parsed("logs -- --odd-name").arguments, ["--odd-name"]);
});

Deno.test("-- without a command is refused", () => {
  assert.match(refusal("start --").message, /no command follows/);
  refusal(["start", "--", ""]);
  refusal("status -- x");
});

Deno.test("an unknown verb or option names the nearest one", () => {
  assert.match(refusal("statsu").hint ?? "", /did you mean "status"/);
  assert.match(refusal("config chekc").hint ?? "", /did you mean "check"/);
  assert.match(refusal("status --jsn").hint ?? "", /did you mean "--json"/);
  assert.match(refusal("--stauts").hint ?? "", /did you mean "--status"/);
  assert.match(refusal("--hom /x status").hint ?? "", /did you mean "--home"/);
  assert.match(refusal("start --prot 1").hint ?? "", /did you mean "--port"/);
  assert.doesNotMatch(refusal("status --no-such-option").hint ?? "", /did you mean/);
});

Deno.test("names that every object has are no options", () => {
  for (const line of ["status --constructor", "--__proto__=1 status", "toString", "config constructor"]) refusal(line);
});

Deno.test("an option of another command is unknown here", () => {
  assert.match(refusal("status --follow").message, /"appd status" does not know it/);
  assert.equal(refusal("status --follow").hint, "it goes with logs, events: appd logs --follow");
  assert.equal(refusal("--program a;b").hint, "it goes with events: appd events --program 'a;b'");
});

Deno.test("values are checked by their kind", () => {
  assert.match(refusal("logs -n many").message, /no whole number/);
  for (const count of ["-5", "99999999999"]) {
    assert.match(refusal(`logs -n ${count}`).message, /is no whole number from 0 to 999999999$/);
  }
  assert.match(refusal("stop --timeout soon").message, /no duration/);
  assert.match(refusal("man --format pdf").message, /none of roff, markdown/);
  assert.match(refusal("status --json=1").message, /takes no value/);
  assert.match(refusal("--stop=no").message, /takes no value/);
  assert.match(refusal(["status", "--home", ""]).message, /empty/);
  assert.match(refusal("status --home").message, /missing/);
  assert.match(refusal("start --home --json").message, /missing before "--json"/);
  assert.equal(parsed("logs --grep=--x").options.grep, "--x");
});

Deno.test("arguments are counted and their choices checked", () => {
  assert.match(refusal("config get").message, /KEY is missing/);
  assert.match(refusal("start web").hint ?? "", /appd start -- web/);
  assert.match(refusal("logs a b").message, /takes one argument/);
  assert.match(refusal("completions bsh").hint ?? "", /did you mean "bash"/);
});

Deno.test("help and version are asked for before arguments are missed", () => {
  assert.deepEqual(parsed("config get --help").options, { help: true });
  assert.deepEqual(parsed("-h").path, []);
  assert.deepEqual(parsed("").path, []);
});
