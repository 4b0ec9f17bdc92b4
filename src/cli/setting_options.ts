import type { OptionSpec } from "./command.ts";

/**
 * Options of `start`, `run` and `restart` that override a setting of the configuration file for one run.
 *
 * The schema defines them; this is its derived copy, because the schema takes 3 ms to load and every verb would pay. A
 * test compares the two.
 */
export const SETTING_OPTIONS: readonly OptionSpec[] = [
  {
    name: "bind",
    setting: "server.bind",
    help: "address to listen on",
    value: { name: "ADDRESS", kind: "text", default: "127.0.0.1" },
  },
  {
    name: "port",
    setting: "server.port",
    help: "TCP port; 0: no TCP listener, only the control socket",
    value: { name: "PORT", kind: "text", default: "8321" },
  },
  {
    name: "shutdown-timeout",
    setting: "daemon.shutdown_timeout",
    help: "longest time that a stop may take",
    value: { name: "DURATION", kind: "text", default: "30s" },
  },
  {
    name: "pid-file",
    setting: "daemon.pid_file",
    help: "file with the daemon's PID, one line",
    value: { name: "FILE", kind: "file", default: "daemon.pid" },
  },
  {
    name: "log-level",
    setting: "log.level",
    help: "least important level that is logged; warning is read as warn",
    value: { name: "LEVEL", kind: "text", choices: ["debug", "info", "warn", "error"], default: "info" },
  },
  {
    name: "log-format",
    setting: "log.format",
    help: "form of the daemon's own log",
    value: { name: "FORMAT", kind: "text", choices: ["text", "json"], default: "text" },
  },
  {
    name: "log-file",
    setting: "log.file",
    help: "the daemon's own log",
    value: { name: "FILE", kind: "file", default: "daemon.log" },
  },
];
