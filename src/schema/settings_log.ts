import { duration, flag, integer, oneOf, path, size } from "./kinds.ts";
import { list, mapOf } from "./kinds_nested.ts";
import { section } from "./section.ts";
import { setting } from "./setting.ts";
import { logLevel } from "./settings_daemon.ts";

/** Settings of rotation, the same for the daemon's log and for each program's. */
export const ROTATION = {
  rotate_size: setting(size({ min: 0 }), {
    default: "10MiB",
    help: "rotate when the file would become larger; 0: never by size",
    reload: "applied",
    example: "50MiB",
  }),
  rotate_every: setting(duration({ min: 0 }), {
    default: "1d",
    help: "rotate when the file is older; 0: never by time",
    reload: "applied",
    example: "12h",
  }),
  max_files: setting(integer({ min: 0, max: 100_000 }), {
    default: 5,
    help: "archives that are kept",
    doc: "With 0 none is: what is rotated is deleted.",
    reload: "applied",
    example: 10,
  }),
  max_age: setting(duration({ min: 0 }), {
    default: "30d",
    help: "archives older than this are deleted; 0: no limit",
    reload: "applied",
    example: "90d",
  }),
  max_total: setting(size({ min: 0 }), {
    default: "200MiB",
    help: "bytes that the file and its archives may take together; 0: no limit",
    reload: "applied",
    example: "1GiB",
  }),
  compress: setting(flag(), {
    default: true,
    help: "compress archives with gzip",
    reload: "applied",
    example: false,
  }),
} as const;

/** The daemon's own log; its rotation is what a program's log does unless it says otherwise. */
export const LOG_SECTION = section("log", {
  help: "the daemon's own log, and how programs' logs rotate unless they say otherwise",
  flagPrefix: "log",
  fields: {
    level: setting(logLevel(), {
      default: "info",
      help: "least important level that is logged; warning is read as warn",
      reload: "applied",
      example: "debug",
      flag: "LEVEL",
    }),
    levels: setting(
      mapOf(logLevel(), {
        label: "table of levels",
        keys: /^[A-Za-z0-9_.-]{1,100}$/,
        expected: "the name of a logger: letters, digits, dots, _ and -",
      }),
      {
        default: {},
        help: "levels of single loggers, by name",
        doc: "A level holds for the logger and for those below it: `appd` includes `appd.http`.",
        reload: "applied",
        example: { "appd.http": "debug" },
      },
    ),
    format: setting(oneOf(["text", "json"]), {
      default: "text",
      help: "form of the daemon's own log",
      reload: "applied",
      example: "json",
      flag: "FORMAT",
    }),
    outputs: setting(
      list(oneOf(["file", "stderr", "journald"]), { label: "array of outputs", min: 1, unique: true }),
      {
        default: ["file"],
        help: "where the daemon's own log goes",
        doc:
          'Unless set, a daemon in the foreground or under a service manager logs to `"stderr"`, under the journal to `"journald"`.',
        reload: "applied",
        example: ["file", "journald"],
      },
    ),
    file: setting(path("file"), {
      default: "daemon.log",
      help: "the daemon's own log",
      reload: "applied",
      example: "/var/log/appd.log",
      flag: "FILE",
    }),
    ...ROTATION,
  },
});
