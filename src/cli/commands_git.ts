import type { ArgumentSpec, CommandSpec, Exits, OptionSpec } from "./command.ts";

const REPOSITORIES: ArgumentSpec = {
  name: "REPOSITORY",
  kind: "text",
  required: false,
  many: true,
  help: "name of a repository in the configuration; without it all that are enabled",
};

const DRY_RUN: OptionSpec = { name: "dry-run", help: "say what would be done, and do nothing" };

const EXITS: Exits = {
  ok: "done, or there was nothing to do",
  generic: "a repository could not be changed, or there is none of that name",
  usage: true,
  config: true,
};

const INSTALL: CommandSpec = {
  name: "install",
  summary: "let git tell the daemon at once of what happens",
  description: [
    "The daemon finds everything without hooks; with them it needs not wait for its next look where the kernel tells it nothing. A hook never waits for the daemon, says nothing, and does nothing while it is down.",
    "A hook that is there already is kept beside ours, as NAME.appd-before, and goes on running first, with its exit code. Where core.hooksPath says so the hooks go there.",
  ],
  arguments: [REPOSITORIES],
  options: [DRY_RUN],
  examples: [
    { line: "appd git hooks install", says: "in all repositories of the configuration" },
    { line: "appd git hooks install myproject --dry-run", says: "what would be done in one" },
  ],
  exits: EXITS,
  load: () => import("./verbs/git_hooks.ts").then((verb) => verb.hooks),
};

const UNINSTALL: CommandSpec = {
  name: "uninstall",
  summary: "take out what install has put in",
  description: ["Hooks that were there before come back. What is not ours stays as it is."],
  arguments: [REPOSITORIES],
  options: [DRY_RUN],
  examples: [{ line: "appd git hooks uninstall", says: "in all repositories of the configuration" }],
  exits: EXITS,
  load: () => import("./verbs/git_hooks.ts").then((verb) => verb.hooks),
};

const HOOKS: CommandSpec = {
  name: "hooks",
  summary: "hooks that tell the daemon of commits at once",
  examples: [{ line: "appd git hooks install", says: "put them into every repository" }],
  exits: { ok: true, usage: true },
  commands: [INSTALL, UNINSTALL],
};

const POKE: CommandSpec = {
  name: "poke",
  summary: "let the daemon look at a repository now",
  description: ["Returns when what is new there has been recorded, with the jobs that it triggers. Hooks say this."],
  arguments: [{ name: "REPOSITORY", kind: "text", required: true, help: "name of a repository in the configuration" }],
  examples: [{ line: "appd git poke myproject", says: "do not wait for the next look" }],
  exits: {
    ok: "looked",
    generic: "it could not be looked at, or there is no such repository",
    usage: true,
    notRunning: true,
    noPermission: true,
    unavailable: true,
  },
  load: () => import("./verbs/git_poke.ts").then((verb) => verb.poke),
};

/** The repositories of the configuration. */
export const GIT: CommandSpec = {
  name: "git",
  summary: "hooks in the watched repositories, and a look at one now",
  examples: [{ line: "appd git hooks install", says: "let git tell the daemon at once" }],
  exits: { ok: true, usage: true },
  commands: [HOOKS, POKE],
};
