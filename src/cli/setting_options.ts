import type { OptionSpec } from "./command.ts";

/** Options of `start`, `run` and `restart` that override a setting of the configuration file for one run. */
export const SETTING_OPTIONS: readonly OptionSpec[] = [
  {
    name: "bind",
    value: { name: "ADDRESS", kind: "text", default: "127.0.0.1" },
    help: "address to listen on",
    setting: "server.bind",
  },
  {
    name: "port",
    value: { name: "PORT", kind: "text", default: "8321" },
    help: "TCP port; 0: no TCP listener, only the control socket",
    setting: "server.port",
  },
  {
    name: "log-level",
    value: { name: "LEVEL", kind: "text", choices: ["debug", "info", "warn", "error"], default: "info" },
    help: "least important level that is logged",
    setting: "log.level",
  },
  {
    name: "log-format",
    value: { name: "FORMAT", kind: "text", choices: ["text", "json"], default: "text" },
    help: "form of the daemon's own log",
    setting: "log.format",
  },
  {
    name: "log-file",
    value: { name: "FILE", kind: "file", default: "daemon.log" },
    help: "the daemon's own log",
    setting: "log.file",
  },
  {
    name: "pid-file",
    value: { name: "FILE", kind: "file", default: "daemon.pid" },
    help: "file with the daemon's PID",
    setting: "daemon.pid_file",
  },
  {
    name: "shutdown-timeout",
    value: { name: "DURATION", kind: "text", default: "30s" },
    help: "longest time that a stop may take",
    setting: "daemon.shutdown_timeout",
  },
];
