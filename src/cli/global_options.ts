import type { OptionSpec } from "./command.ts";

/** Options that every command takes, anywhere on the line. */
export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  {
    name: "home",
    value: { name: "DIR", kind: "directory", default: "~/.appd" },
    help: "directory of the instance's files",
  },
  { name: "config", value: { name: "FILE", kind: "file" }, help: "configuration file instead of HOME/config.toml" },
  {
    name: "name",
    value: { name: "INSTANCE", kind: "text" },
    help: "instance of its own in HOME/INSTANCE, beside the others",
  },
  { name: "json", help: "answer as JSON, and report a failure as one object on stderr" },
  { name: "quiet", short: "q", help: "say nothing on success" },
  { name: "verbose", short: "v", help: "say more; show the stack of an internal error" },
  { name: "no-color", help: "no colours (also: NO_COLOR, TERM=dumb, output that is no terminal)" },
  { name: "version", short: "V", help: "print the version and exit" },
  { name: "help", short: "h", help: "print help for the command and exit" },
];
