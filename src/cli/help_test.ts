import assert from "node:assert/strict";
import { EXIT_CODES } from "../base/exit_codes.ts";
import { type CommandAt, shownCommands } from "./command.ts";
import { APPD } from "./command_table.ts";
import { commandHelp, programHelp } from "./help.ts";
import { COLOURED, PLAIN } from "./style.ts";

function at(name: string): CommandAt {
  const found = shownCommands(APPD).find(({ path }) => path.join(" ") === name);
  assert.ok(found, name);
  return found;
}

const STOP_HELP = `appd stop: stop the daemon and its programs

Usage: appd stop [OPTIONS]

Asks, waits, kills at the timeout and verifies. Says whether the stop was
graceful or forced, how long it took, and who was late.

A daemon that answers kills what is late itself, and has two seconds more for
that; one that hangs is killed at the timeout.

Also: appd --stop, appd --daemon-stop

Options:
  --timeout DURATION  kill after this time instead of daemon.shutdown_timeout

Options, for every command:
  --home DIR       directory of the instance's files (default ~/.appd)
  --config FILE    configuration file instead of HOME/config.toml
  --name INSTANCE  instance of its own in HOME/INSTANCE, beside the others
  --json           answer as JSON, and report a failure as one object on stderr
  -q, --quiet      say nothing on success
  -v, --verbose    say more; show the stack of an internal error
  --no-color       no colours (also: NO_COLOR, TERM=dumb, output that is no
                   terminal)
  -V, --version    print the version and exit
  -h, --help       print help for the command and exit

Exit codes:
  0   stopped, or it was not running
  1   it could not be stopped
  2   wrong usage: unknown verb, option or value
  3   not supported on this platform
  77  no permission

Examples:
  appd stop
      stop gracefully
  appd stop --timeout 5s
      give it five seconds`;

Deno.test("help of a command teaches options, exit codes and examples", () => {
  assert.equal(commandHelp(APPD, at("stop")), STOP_HELP);
});

Deno.test("help of the program names every command, alias, global option and exit code", () => {
  const text = programHelp(APPD);
  for (const { path, command } of shownCommands(APPD).filter((one) => one.path.length === 1)) {
    assert.match(text, new RegExp(`^  ${path[0]}`, "m"));
    for (const alias of command.aliases ?? []) assert.ok(text.includes(alias), alias);
  }
  for (const { name } of APPD.globals) assert.ok(text.includes(`--${name}`), name);
  for (const { code, meaning } of Object.values(EXIT_CODES)) {
    assert.match(text, new RegExp(`^  ${code} +${meaning.slice(0, 20)}`, "m"));
  }
});

Deno.test("no line of any help is wider than the terminal, unless it is an example to copy", () => {
  const texts = [programHelp(APPD), ...shownCommands(APPD).map((one) => commandHelp(APPD, one))];
  const examples = new Set(shownCommands(APPD).flatMap(({ command }) => (command.examples ?? []).map((x) => x.line)));
  for (const line of texts.flatMap((text) => text.split("\n"))) {
    assert.ok(line.length <= 80 || examples.has(line.trim()) || line.startsWith("Usage:"), line);
  }
});

Deno.test("colours change no letter", () => {
  const coloured = programHelp(APPD, { width: 80, style: COLOURED });
  // deno-lint-ignore no-control-regex
  assert.equal(coloured.replaceAll(/\x1b\[\d+m/g, ""), programHelp(APPD, { width: 80, style: PLAIN }));
});
