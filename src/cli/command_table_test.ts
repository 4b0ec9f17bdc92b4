import assert from "node:assert/strict";
import { allCommands, flagAliases, shownCommands, topCommands } from "./command.ts";
import { APPD } from "./command_table.ts";
import { parse } from "./parse.ts";

Deno.test("every verb and alias of the seeds is in the table", () => {
  const names = topCommands(APPD).map(({ name }) => name);
  for (const name of ["start", "run", "stop", "restart", "status", "log-rotate", "reload", "logs", "config"]) {
    assert.ok(names.includes(name), name);
  }
  const flags = topCommands(APPD).flatMap((command) => flagAliases(command).map((flag) => [flag, command.name]));
  assert.deepEqual(Object.fromEntries(flags), {
    "--daemon": "start",
    "--stop": "stop",
    "--daemon-stop": "stop",
    "--restart": "restart",
    "--log-rotate": "log-rotate",
    "--status": "status",
    "--daemon-status": "status",
  });
});

Deno.test("no name or alias is taken twice beside its siblings", () => {
  for (const siblings of [topCommands(APPD), ...allCommands(APPD).map(({ command }) => command.commands ?? [])]) {
    const names = siblings.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
    assert.equal(new Set(names).size, names.length, names.join(" "));
  }
});

Deno.test("an option means the same number of words everywhere, so that options may stand before the verb", () => {
  const seen = new Map<string, string>();
  for (const option of [...APPD.globals, ...allCommands(APPD).flatMap(({ command }) => command.options ?? [])]) {
    const shape = `${option.name} ${option.short ?? ""} ${option.value === undefined ? "switch" : "value"}`;
    for (const key of [option.name, ...(option.short === undefined ? [] : [`-${option.short}`])]) {
      assert.equal(seen.get(key) ?? shape, shape, `${key} is used in two ways`);
      seen.set(key, shape);
    }
  }
});

Deno.test("no option has the name of an alias", () => {
  const flags = allCommands(APPD).flatMap(({ command }) => flagAliases(command));
  const options = [...APPD.globals, ...allCommands(APPD).flatMap(({ command }) => command.options ?? [])];
  assert.deepEqual(options.filter(({ name }) => flags.includes(`--${name}`)), []);
});

Deno.test("every command teaches: summary, example, exit codes", () => {
  for (const { path, command } of shownCommands(APPD)) {
    const where = path.join(" ");
    assert.match(command.summary, /^[a-z].*[^.]$/, where);
    assert.ok((command.examples ?? []).length > 0, `${where} has no example`);
    assert.ok(command.exits.ok !== undefined, `${where} has no exit code 0`);
    assert.ok(command.load !== undefined || command.commands !== undefined, `${where} leads nowhere`);
  }
});

Deno.test("every paragraph of a description is one of whole sentences", () => {
  const paragraphs = [
    ...APPD.description,
    ...allCommands(APPD).flatMap(({ command }) => command.description ?? []),
  ];
  for (const text of paragraphs) assert.match(text, /^([A-Z]|appd ).*[.]$/s, text);
});

Deno.test("every example is understood", () => {
  const examples = [...APPD.examples, ...shownCommands(APPD).flatMap(({ command }) => command.examples ?? [])];
  for (const { line } of examples.filter(({ line }) => line.startsWith("appd "))) {
    const command = line.split(/ (?:\||\|\||&&|>) /)[0] ?? "";
    const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
    assert.doesNotThrow(() => parse(APPD, words.slice(1)), line);
  }
});
