import { APPD as PRODUCT } from "../base/product.ts";
import type { ProgramSpec } from "./command.ts";
import { CONFIG_COMMANDS } from "./commands_config.ts";
import { DAEMON_COMMANDS } from "./commands_daemon.ts";
import { GIT } from "./commands_git.ts";
import { INSPECT_COMMANDS } from "./commands_inspect.ts";
import { JOB_COMMANDS } from "./commands_jobs.ts";
import { SELF_COMMANDS } from "./commands_self.ts";
import { SERVICE_COMMANDS } from "./commands_service.ts";
import { GLOBAL_OPTIONS } from "./global_options.ts";

/** The one table of commands: parser, help, completions, man page, docs and usage errors are made from it. */
export const APPD: ProgramSpec = {
  name: PRODUCT.name,
  version: PRODUCT.version,
  summary: PRODUCT.summary,
  description: [
    "appd detaches, keeps one instance, supervises the programs of its configuration file, rotates their logs, answers health checks, reloads, and stops cleanly.",
    "It works without a configuration file. Nothing ever asks a question. Options may stand anywhere on the line; what follows -- is handed on untouched.",
  ],
  globals: GLOBAL_OPTIONS,
  groups: [
    { title: "Daemon", commands: DAEMON_COMMANDS },
    { title: "Look", commands: INSPECT_COMMANDS },
    { title: "Jobs", commands: [...JOB_COMMANDS, GIT] },
    { title: "Service", commands: SERVICE_COMMANDS },
    { title: "Configuration", commands: CONFIG_COMMANDS },
    { title: "appd itself", commands: SELF_COMMANDS },
  ],
  files: [
    { name: "~/.appd/config.toml", help: "configuration (appd config init writes a commented one)" },
    { name: "~/.appd/daemon.log", help: "the daemon's own log" },
    { name: "~/.appd/daemon.pid", help: "the daemon's PID, one line" },
    { name: "~/.appd/control.sock", help: "control socket, for the owner only" },
    { name: "~/.appd/programs/NAME/output.log", help: "output of a supervised program" },
    { name: "~/.appd/jobs/NAME/output.log", help: "output of a job" },
    { name: "~/.appd/appd.db", help: "history of the jobs, and what is paused" },
  ],
  environment: [
    { name: "APPD_HOME", help: "directory of the instance's files, as --home" },
    { name: "APPD_NAME", help: "name of the instance, as --name" },
    { name: "APPD_SECTION_KEY", help: "any setting, such as APPD_SERVER_PORT; the configuration file wins over it" },
    { name: "NO_COLOR", help: "no colours when set to anything" },
  ],
  signals: [
    { name: "TERM, INT", help: "shut down gracefully" },
    { name: "HUP", help: "reload the configuration" },
    { name: "USR1", help: "rotate and reopen all logs" },
    { name: "USR2", help: "reopen all logs, after logrotate moved them" },
    { name: "QUIT", help: "stop now and write a state dump" },
  ],
  examples: [
    { line: "appd start -- ./server --port 9000", says: "supervise one command in the background" },
    { line: "appd status", says: "see how it does" },
    { line: "appd logs -f", says: "follow the log" },
    { line: "appd stop", says: "stop everything" },
  ],
};
