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
      { name: "SUBCOMMAND", kind: "text", required: false, help: "its subcommand" },
    ],
    examples: [{ line: "appd help config set", says: "the same as: appd config set --help" }],
    exits: { ok: true, usage: "no such command" },
    anywhere: true,
    load: () => import("./verbs/help.ts").then((verb) => verb.help),
  },
];
