import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { APPD } from "./command_table.ts";
import { completionModel } from "./completion_model.ts";
import { bashCompletions } from "./completions_bash.ts";
import { fishCompletions } from "./completions_fish.ts";
import { zshCompletions } from "./completions_zsh.ts";

const model = completionModel(APPD, {
  settings: ["server.port", "log.level"],
  values: [
    { keys: ["daemon.watch_config", "program.*.critical"], value: { kind: "text", choices: ["true", "false"] } },
    { keys: ["log.level"], value: { kind: "text", choices: ["debug", "info"] } },
  ],
});

function isInstalled(shell: string): boolean {
  return spawnSync(shell, ["-c", "true"], { timeout: 10_000 }).status === 0;
}

/** Runs `script` in a shell and returns what it prints; fails on any complaint. */
function inShell(shell: string, script: string): string {
  const { status, stdout, stderr } = spawnSync(shell, ["-c", script], { encoding: "utf8", timeout: 10_000 });
  assert.deepEqual([status, stderr], [0, ""]);
  return stdout;
}

/** A test of one shell; where the shell is missing it is skipped and says so. */
function shellTest(shell: string, name: string, fn: () => void): void {
  const ignore = !isInstalled(shell);
  Deno.test({ name: `${shell}: ${name}${ignore ? ` (skipped: no ${shell})` : ""}`, ignore, fn });
}

/** What bash offers for the words of a line, the last one being typed. */
function bashOffers(...words: string[]): string[] {
  return inShell("bash", bashScript(words)).split("\n").filter((word) => word !== "");
}

function bashScript(words: readonly string[]): string {
  const line = words.map((word) => `'${word}'`).join(" ");
  return `${bashCompletions(model)}
COMP_WORDS=(appd ${line}); COMP_CWORD=${words.length}
_appd; printf '%s\\n' "\${COMPREPLY[@]}"`;
}

shellTest("bash", "the script is well formed", () => {
  const { status, stderr } = spawnSync("bash", ["-n"], { input: bashCompletions(model), encoding: "utf8" });
  assert.deepEqual([status, stderr], [0, ""]);
});

shellTest("bash", "offers commands, subcommands, options, choices and keys", () => {
  assert.deepEqual(bashOffers("sta"), ["start", "status"]);
  assert.deepEqual(bashOffers("--st"), ["--stop", "--status"]);
  assert.deepEqual(bashOffers("--home", "/x", "--json", "config", "s"), ["set", "schema"]);
  assert.deepEqual(bashOffers("config", "get", ""), ["server.port", "log.level"]);
  assert.deepEqual(bashOffers("--stop", "--ti"), ["--timeout"]);
  assert.deepEqual(bashOffers("start", "--log-format", ""), ["text", "json"]);
  assert.deepEqual(bashOffers("start", "--log-format", "=", "j"), ["json"]);
  assert.deepEqual(bashOffers("completions", "z"), ["zsh"]);
  assert.deepEqual(bashOffers("status", "x"), []);
  assert.ok(bashOffers("run", "--", "ba").includes("bash"));
});

/** A shell function in place of appd: it prints the arguments that it was called with. */
const STAND_IN = 'appd() { echo "$1-$2"; }';

shellTest("bash", "offers for each argument what it is, and for the last one again where it may be repeated", () => {
  assert.deepEqual(bashOffers("programs", "signal", "web", "US"), ["USR1", "USR2"]);
  assert.deepEqual(bashOffers("programs", "signal", "-q", "web", "--json", "TER"), ["TERM"]);
  assert.deepEqual(bashOffers("programs", "signal", "web", "HUP", ""), []);
  const asked = (...words: string[]) => inShell("bash", `${STAND_IN}\n${bashScript(words)}`).trim();
  assert.equal(asked("programs", "stop", ""), "programs-names");
  assert.equal(asked("programs", "stop", "web", "db", ""), "programs-names");
  assert.equal(asked("events", "--program", ""), "programs-names\njobs---quiet\nhealth-names");
  assert.equal(asked("logs", ""), "programs-names\njobs---quiet");
  assert.equal(asked("why", ""), "programs-names\njobs---quiet\nhealth-names");
  assert.ok(!bashOffers("programs", "").includes("names"), "what is hidden is not offered");
  assert.equal(asked("jobs", "run", ""), "jobs---quiet");
  assert.equal(asked("pause", ""), "jobs---quiet");
  assert.equal(asked("logs", "web", ""), "");
});

const VALUES: readonly (readonly [words: readonly string[], offered: readonly string[]])[] = [
  [["config", "set", "daemon.watch_config", ""], ["true", "false"]],
  [["config", "set", "--json", "program.web.v2.critical", ""], ["true", "false"]],
  [["--home", "log.level", "config", "set", "log.level", ""], ["debug", "info"]],
  [["config", "set", "log.level", "debug", ""], []],
  [["config", "set", "log_level", ""], []],
  [["config", "set", "server.port", ""], []],
  [["config", "get", "log.level", ""], []],
];

shellTest("bash", "offers what a setting takes", () => {
  assert.deepEqual(VALUES.map(([words]) => bashOffers(...words)), VALUES.map(([, offered]) => offered));
  assert.deepEqual(bashOffers("config", "set", "log.level", "d"), ["debug"]);
});

shellTest("zsh", "the script is well formed", () => {
  const { status, stderr } = spawnSync("zsh", ["-n"], { input: zshCompletions(model), encoding: "utf8" });
  assert.deepEqual([status, stderr], [0, ""]);
});

/** What zsh offers; the two functions that only work inside the line editor print instead. */
function zshOffers(...words: string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(" ");
  const script = `compdef() { :; }
${zshCompletions(model)}
_message() { :; }
compadd() { shift; print -rl -- "$@"; }
_describe() { print -rl -- "\${rows[@]%%:*}"; }
words=(appd ${line}); CURRENT=${words.length + 1}; _appd`;
  return inShell("zsh", script).split("\n").filter((word) => word !== "");
}

shellTest("zsh", "offers commands, options, choices and keys", () => {
  assert.ok(zshOffers("").includes("log-rotate"));
  assert.ok(zshOffers("--").includes("--daemon-stop"));
  assert.deepEqual(zshOffers("completions", ""), ["bash", "zsh", "fish"]);
  assert.deepEqual(zshOffers("--home", "/x", "config", "get", ""), ["server.port", "log.level"]);
  assert.deepEqual(zshOffers("start", "--log-format", ""), ["text", "json"]);
  assert.ok(zshOffers("--stop", "-").includes("--timeout"));
  assert.ok(zshOffers("programs", "signal", "web", "").includes("USR1"));
  assert.ok(!zshOffers("programs", "signal", "web", "HUP", "-").includes("USR1"));
});

shellTest("zsh", "offers what a setting takes", () => {
  assert.deepEqual(VALUES.map(([words]) => zshOffers(...words)), VALUES.map(([, offered]) => offered));
});

shellTest("fish", "offers what a setting takes", () => {
  const offers = (words: readonly string[]) => {
    const line = JSON.stringify(["appd", ...words].join(" "));
    return inShell("fish", `${fishCompletions(model)}\ncomplete -C ${line}`).split("\n").filter((word) => word !== "");
  };
  const inOrder = (lists: readonly (readonly string[])[]) => lists.map((list) => list.toSorted());
  assert.deepEqual(inOrder(VALUES.map(([words]) => offers(words))), inOrder(VALUES.map(([, offered]) => offered)));
});

shellTest("fish", "the script is well formed and offers commands", () => {
  const offers = (line: string) =>
    inShell("fish", `function appd; echo web; end; ${fishCompletions(model)}\ncomplete -C ${JSON.stringify(line)}`);
  assert.match(offers("appd sta"), /^start\t[^]*^status\t/m);
  assert.match(offers("appd config get ser"), /^server\.port/m);
  assert.match(offers("appd --stop --ti"), /^--timeout/m);
  assert.match(offers("appd completions z"), /^zsh/m);
  assert.match(offers("appd programs signal web US"), /^USR1\nUSR2$/m);
  assert.doesNotMatch(offers("appd programs signal web HUP "), /USR1/);
  assert.match(offers("appd programs signal "), /^web$/m);
});
