import type { ArgumentSpec, CommandSpec } from "./command.ts";

const KEY: ArgumentSpec = {
  name: "KEY",
  kind: "setting",
  required: true,
  help: "dotted key of a setting, such as server.port",
};

const config = () => import("./verbs/config.ts");

const COMMANDS: readonly CommandSpec[] = [
  {
    name: "get",
    summary: "print the value of one setting",
    arguments: [KEY],
    examples: [{ line: "appd config get server.port", says: "print 8321" }],
    exits: { ok: true, usage: "unknown key", config: true },
    anywhere: true,
    load: () => config().then((verb) => verb.get),
  },
  {
    name: "set",
    summary: "change one setting in the configuration file",
    description: ["The new value is checked first; the file is replaced as a whole, and its comments stay."],
    arguments: [KEY, { name: "VALUE", kind: "value", required: true, help: "the new value, as text or as TOML" }],
    examples: [
      { line: "appd config set log.level debug", says: "then: appd reload" },
      { line: 'appd config set log.outputs \'["file", "journald"]\'', says: "a list is written as TOML" },
    ],
    exits: {
      ok: "written",
      usage: "unknown key",
      cannotCreate: true,
      noPermission: true,
      config: "invalid; not written",
    },
    anywhere: true,
    load: () => config().then((verb) => verb.set),
  },
  {
    name: "list",
    summary: "print every setting, its value and where it comes from",
    examples: [{ line: "appd config list", says: "one setting a line" }],
    exits: { ok: true, config: true },
    anywhere: true,
    load: () => config().then((verb) => verb.list),
  },
  {
    name: "check",
    summary: "check the configuration file and name every problem",
    description: [
      "Warns, too, of what would keep a program or a job from starting on this host: a directory, command, user or group that is not there, and of repositories that are none. Warnings do not change the exit code.",
    ],
    examples: [{ line: "appd config check --config new.toml", says: "before it replaces the old one" }],
    exits: { ok: "valid", config: true },
    anywhere: true,
    load: () => config().then((verb) => verb.check),
  },
  {
    name: "path",
    summary: "print the path of the configuration file",
    examples: [{ line: 'vi "$(appd config path)"', says: "edit it" }],
    exits: { ok: true },
    anywhere: true,
    load: () => config().then((verb) => verb.path),
  },
  {
    name: "explain",
    summary: "tell what a setting means and which layer decides it",
    description: ["Layers, strongest first: command line, configuration file, environment, default."],
    arguments: [KEY],
    examples: [{ line: "appd config explain server.port", says: "who says so, and where" }],
    exits: { ok: true, usage: "unknown key", config: true },
    anywhere: true,
    load: () => config().then((verb) => verb.explain),
  },
  {
    name: "schema",
    summary: "print the JSON Schema of the configuration file",
    examples: [{ line: "appd config schema > appd.schema.json", says: "for an editor" }],
    exits: { ok: true },
    anywhere: true,
    load: () => config().then((verb) => verb.schema),
  },
  {
    name: "init",
    summary: "write a commented starter file",
    description: ["Never overwrites a file without --force."],
    options: [{ name: "force", help: "replace an existing file" }, { name: "stdout", help: "print it instead" }],
    examples: [{ line: "appd config init", says: "write ~/.appd/config.toml" }],
    exits: { ok: "written", cannotCreate: "the file exists, or it cannot be written", noPermission: true },
    anywhere: true,
    load: () => config().then((verb) => verb.init),
  },
];

/** Commands around the configuration file. */
export const CONFIG_COMMANDS: readonly CommandSpec[] = [{
  name: "config",
  summary: "read, check and change the configuration",
  exits: { ok: true, usage: true, config: true },
  anywhere: true,
  examples: [{ line: "appd config list", says: "every setting and where it comes from" }],
  commands: COMMANDS,
}];
