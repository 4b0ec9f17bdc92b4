import type { ArgumentSpec, CommandSpec, Exits } from "./command.ts";

const PROGRAM: ArgumentSpec = {
  name: "PROGRAM",
  kind: "programs",
  required: true,
  help: "name of a program, for all its instances, or of one instance",
};

const PROGRAMS_NAMED: ArgumentSpec = { ...PROGRAM, many: true };

const control = () => import("./verbs/programs_control.ts").then((verb) => verb.control);

const EXITS: Exits = {
  ok: "done",
  generic: "it could not be done, or there is no such program",
  usage: true,
  notRunning: true,
  noPermission: true,
};

const ALL = { name: "all", help: "all programs" } as const;

const LIST: CommandSpec = {
  name: "list",
  summary: "list the supervised programs",
  description: ["With --quiet only the names, one a line."],
  examples: [{ line: "appd programs list --json", says: "every figure of every program" }],
  exits: { ok: true, usage: true, notRunning: true, noPermission: true },
  load: () => import("./verbs/programs.ts").then((verb) => verb.list),
};

const START: CommandSpec = {
  name: "start",
  summary: "start programs that were stopped or have failed",
  description: ["Says for each what came of it; one that fails at once is an error with its reason."],
  arguments: [{ ...PROGRAMS_NAMED, required: false }],
  options: [ALL],
  examples: [
    { line: "appd programs start web", says: "start the program web, all its instances" },
    { line: "appd programs start web.2 db", says: "start one instance of web, and db" },
  ],
  exits: { ...EXITS, ok: "started, or waiting for a dependency", generic: "one failed, or there is no such program" },
  load: control,
};

const STOP: CommandSpec = {
  name: "stop",
  summary: "stop programs until they are started again",
  description: [
    "Returns when they are gone, and says which had to be killed. --all begins with those that depend on others.",
    "They stay stopped after a crash of the daemon and after restart --keep-programs. A new appd start after an orderly appd stop starts them too.",
  ],
  arguments: [{ ...PROGRAMS_NAMED, required: false }],
  options: [ALL],
  examples: [
    { line: "appd programs stop web", says: "stop the program web, all its instances" },
    { line: "appd programs stop --all", says: "stop everything, the daemon goes on" },
  ],
  exits: { ...EXITS, generic: "processes survived, or there is no such program" },
  load: control,
};

const RESTART: CommandSpec = {
  name: "restart",
  summary: "stop programs and start them again",
  arguments: [{ ...PROGRAMS_NAMED, required: false }],
  options: [ALL],
  examples: [
    { line: "appd programs restart web", says: "restart the program web, all its instances" },
    { line: "appd programs restart web.1", says: "restart one instance" },
  ],
  exits: { ...EXITS, generic: "one failed, or there is no such program" },
  load: control,
};

const RESET: CommandSpec = {
  name: "reset",
  summary: "forget the failures of programs",
  description: ["Takes them out of backoff, crash loop and failed, so that the next failure counts as the first."],
  arguments: [PROGRAMS_NAMED],
  examples: [{ line: "appd programs reset web", says: "after its cause was mended" }],
  exits: EXITS,
  load: control,
};

const SIGNAL: CommandSpec = {
  name: "signal",
  summary: "send a signal to a program's process group",
  description: [
    "Signals are named as kill(1) names them. What the program makes of it is its own affair: to stop it, say stop.",
  ],
  arguments: [PROGRAM, {
    name: "SIGNAL",
    kind: "signal",
    required: true,
    help: "such as HUP or SIGHUP; numbers differ between machines and are refused",
  }],
  examples: [{ line: "appd programs signal nginx HUP", says: "let it read its configuration again" }],
  exits: { ...EXITS, generic: "it does not run, or there is no such program", usage: "unknown signal" },
  load: () => import("./verbs/programs_adjust.ts").then((verb) => verb.signal),
};

const SCALE: CommandSpec = {
  name: "scale",
  summary: "change the number of a program's instances",
  description: [
    "Instances that run already are not touched. It lasts until a reload or a restart, which say what the configuration says.",
  ],
  arguments: [PROGRAM, {
    name: "INSTANCES",
    kind: "count",
    required: true,
    help: "how many there shall be, from 1 to 1000",
  }],
  examples: [
    { line: "appd programs scale web 4", says: "web.1 to web.4" },
    { line: "appd programs stop web", says: "what a scale to 0 would be" },
  ],
  exits: { ...EXITS, generic: "an instance failed, or there is no such program" },
  load: () => import("./verbs/programs_adjust.ts").then((verb) => verb.scale),
};

const GRAPH: CommandSpec = {
  name: "graph",
  summary: "show in which order programs start, and what they wait for",
  description: [
    "Reads the configuration file and needs no daemon; where one runs, it says also how each program is. Programs of one step start at the same time. They stop in the reverse order.",
  ],
  examples: [
    { line: "appd programs graph", says: "the order as a tree" },
    { line: "appd programs graph --json | jq .levels", says: "for scripts" },
  ],
  exits: { ok: true, usage: true, config: true },
  anywhere: true,
  load: () => import("./verbs/programs_graph.ts").then((verb) => verb.graph),
};

/** What the completions ask for. */
const NAMES: CommandSpec = {
  name: "names",
  summary: "print every name that a program argument can have",
  exits: { ok: true, usage: true, notRunning: true },
  hidden: true,
  load: () => import("./verbs/programs.ts").then((verb) => verb.names),
};

/** The programs, and what can be done to them. */
export const PROGRAMS: CommandSpec = {
  name: "programs",
  summary: "list the supervised programs, or control them",
  description: ["Without a subcommand it prints the table; with --quiet only the names."],
  examples: [
    { line: "appd programs", says: "the table" },
    { line: "appd programs restart web", says: "restart one program" },
  ],
  exits: { ok: true, usage: true, notRunning: true, noPermission: true },
  load: () => import("./verbs/programs.ts").then((verb) => verb.list),
  commands: [LIST, START, STOP, RESTART, RESET, SIGNAL, SCALE, GRAPH, NAMES],
};
