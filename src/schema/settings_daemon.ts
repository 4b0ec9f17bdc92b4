import { duration, flag, integer, oneOf, path } from "./kinds.ts";
import { address, isLoopback, timezone } from "./kinds_host.ts";
import { section } from "./section.ts";
import { setting } from "./setting.ts";

/** Settings that stand above all tables. */
export const TOP_SECTION = section("", {
  help: "general",
  fields: {
    version: setting(integer({ min: 1, max: 1 }), {
      default: 1,
      help: "version of the configuration language",
      doc: "A file without it is read as version 1.",
      reload: "needs restart",
      example: 1,
      fileOnly: true,
    }),
    timezone: setting(timezone(), {
      defaultText: "the system's",
      help: "time zone of schedules and of the TZ variable that programs get",
      reload: "applied",
      example: "Europe/Berlin",
    }),
  },
});

/** Where the daemon answers over TCP. */
export const SERVER_SECTION = section("server", {
  help: "where the daemon answers over TCP; the control socket is always there",
  fields: {
    bind: setting(address(), {
      default: "127.0.0.1",
      help: "address to listen on",
      doc: "Any address that other hosts can reach needs `token_file`.",
      reload: "needs restart",
      example: "::1",
      flag: "ADDRESS",
    }),
    port: setting(integer({ min: 0, max: 65535 }), {
      default: 8321,
      help: "TCP port; 0: no TCP listener, only the control socket",
      reload: "needs restart",
      example: 9000,
      flag: "PORT",
    }),
    token_file: setting(path("file"), {
      defaultText: "none",
      help: "file with the token that actions over TCP have to present",
      doc:
        "Without it TCP is read-only. The file should be readable by the daemon's user alone: one word of 16 ASCII characters or more. A reload takes up another content, a restart another path.",
      reload: "needs restart",
      example: "token",
    }),
  },
  finish(server, reading) {
    if (!isLoopback(server.bind) && server.tokenFile === undefined) {
      reading.flaw(`is "${server.bind}", which other hosts can reach, and server.token_file is not set`, {
        path: ["bind"],
        hint: 'set token_file = "token" under [server], or bind = "127.0.0.1"',
      });
    }
    return server;
  },
});

/** The daemon as a process. */
export const DAEMON_SECTION = section("daemon", {
  help: "the daemon as a process",
  fields: {
    shutdown_timeout: setting(duration({ min: 1 }), {
      default: "30s",
      help: "longest time that a stop may take",
      doc: "Programs that are still there then are killed. Each program's own `stop_timeout` counts inside it.",
      reload: "applied",
      example: "1m",
      flag: "DURATION",
    }),
    pid_file: setting(path("file"), {
      default: "daemon.pid",
      help: "file with the daemon's PID, one line",
      reload: "needs restart",
      example: "/run/appd.pid",
      flag: "FILE",
    }),
    keep_alive: setting(flag(), {
      default: false,
      help: "come back after a crash without a service manager",
      doc:
        "A small shell waits for the daemon's death and starts it again, with growing pauses. Not under a service manager, which does that itself, and not for `run`.",
      reload: "applied",
      example: true,
    }),
    restart_delay: setting(duration({ min: 0 }), {
      default: "2s",
      help: "time from a crash to the next start by a service manager",
      doc:
        "`install` and `generate` write it into the service; one that is installed has it from the next `install` on. launchd, OpenRC and winsw count whole seconds, one at the least for launchd. The guard of `keep_alive` has pauses of its own.",
      reload: "applied",
      example: "10s",
    }),
    watch_config: setting(flag(), {
      default: false,
      help: "reload when the configuration file changes",
      reload: "applied",
      example: true,
    }),
  },
});

/** Levels of the log, with the spelling that some users bring along. */
export function logLevel() {
  return oneOf(["debug", "info", "warn", "error"], { warning: "warn" });
}
