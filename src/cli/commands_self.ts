import type { CommandSpec } from "./command.ts";
import { SHELLS } from "./shells.ts";

/** Commands about the program itself. */
export const SELF_COMMANDS: readonly CommandSpec[] = [
  {
    name: "completions",
    summary: "print the completion script of a shell",
    arguments: [{
      name: "SHELL",
      kind: "text",
      required: true,
      choices: SHELLS,
      help: "the shell that will read the script",
    }],
    examples: [
      { line: "appd completions bash > /etc/bash_completion.d/appd", says: "bash, for everybody" },
      { line: 'appd completions zsh > "${fpath[1]}/_appd"', says: "zsh" },
      { line: "appd completions fish > ~/.config/fish/completions/appd.fish", says: "fish" },
    ],
    exits: { ok: true, usage: true },
    anywhere: true,
    load: () => import("./verbs/completions.ts").then((verb) => verb.completions),
  },
  {
    name: "man",
    summary: "print the manual page",
    options: [{
      name: "format",
      value: { name: "FORMAT", kind: "text", choices: ["roff", "markdown"], default: "roff" },
      help: "roff for man(1), or Markdown",
    }],
    examples: [
      { line: "appd man | man -l -", says: "read it" },
      { line: "appd man > /usr/local/share/man/man1/appd.1", says: "install it" },
    ],
    exits: { ok: true, usage: true },
    anywhere: true,
    load: () => import("./verbs/man.ts").then((verb) => verb.man),
  },
  {
    name: "new",
    summary: "write the first files of an app that is made with the kit",
    description: [
      "The app has one job, one check, one endpoint, one setting and one table, in about forty lines, and a test of its own that passes.",
      "It imports the kit from a checkout of appd's sources: the nearest one above, or the one of --kit.",
    ],
    arguments: [{ name: "NAME", kind: "text", required: true, help: "name of the app, of its program and of ~/.NAME" }],
    options: [
      { name: "kit", value: { name: "DIR", kind: "directory" }, help: "directory of appd's sources" },
      { name: "output", value: { name: "DIR", kind: "directory", default: "NAME" }, help: "directory to write to" },
    ],
    examples: [{ line: "appd new hello && cd hello && deno task test", says: "an app, and its tests" }],
    exits: { ok: true, usage: true, generic: "the kit was not found", cannotCreate: true },
    houseOnly: true,
    load: () => import("./verbs/new.ts").then((verb) => verb.newApp),
  },
  {
    name: "conformance",
    summary: "try on a binary what every daemon of this family promises",
    description: [
      "Each check starts the binary in a home of its own below the directory for temporary files, looks at it from the outside, and ends what it started. Nothing of yours is touched.",
      "What is promised is the same for appd and for every app that is made with the kit: command line, files, signals, logs, HTTP, programs, jobs and service files.",
    ],
    arguments: [{ name: "BINARY", kind: "file", required: false, help: "the compiled binary; default this one" }],
    options: [
      { name: "only", value: { name: "TEXT", kind: "text" }, help: "the checks that have this in their name" },
      { name: "list", help: "print the checks and try none" },
      { name: "parallel", value: { name: "COUNT", kind: "count", default: "2" }, help: "how many run at once" },
    ],
    examples: [
      { line: "appd conformance dist/myapp", says: "all checks" },
      { line: "appd conformance dist/myapp --only http", says: "those about HTTP" },
    ],
    exits: { ok: "everything that is promised holds", generic: "something does not", usage: true },
    load: () => import("./verbs/conformance.ts").then((verb) => verb.conformance),
  },
  {
    name: "version",
    summary: "print version and commit",
    examples: [{ line: "appd version --json", says: "with runtime and platform" }],
    exits: { ok: true, usage: true },
    anywhere: true,
    load: () => import("./verbs/version.ts").then((verb) => verb.version),
  },
  {
    name: "help",
    summary: "print help for a command",
    arguments: [
      { name: "COMMAND", kind: "command", required: false, help: "the command; without it all commands" },
      { name: "SUBCOMMAND", kind: "text", required: false, many: true, help: "its subcommand" },
    ],
    examples: [{ line: "appd help config set", says: "the same as: appd config set --help" }],
    exits: { ok: true, usage: "no such command" },
    anywhere: true,
    load: () => import("./verbs/help.ts").then((verb) => verb.help),
  },
];
