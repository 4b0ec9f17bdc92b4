import { type AppConfig, duration, flag, integer, section, setting, text } from "../../src/mod.ts";

const UPSTREAM = text({
  label: "address",
  pattern: /^https?:\/\/[^\s\/?#@]+(\/[^\s?#]*)?$/,
  expected: "an http or https address without user, query or fragment",
});

/** Bytes; what the kit's `log.rotate_size` is by default. */
const ROTATION_SIZE = 10_485_760;

/** Whole seconds, as CCO has them. */
const seconds = (max: number) => integer({ min: 1, max });

/** Whole bytes, as CCO has them. */
const bytes = () => integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

const PROXY = section("proxy", {
  help: "the proxy",
  fields: {
    upstream: setting(UPSTREAM, {
      help: "where requests below /proxy go",
      doc: "Without it they are answered with 503.",
      reload: "applied",
      example: "https://api.example.com",
    }),
    upstream_timeout: setting(seconds(3600), {
      default: 300,
      help: "seconds until the upstream's answer has to begin",
      reload: "applied",
      example: 30,
    }),
    health_checks: setting(flag(), {
      default: true,
      help: "look whether the upstream answers",
      doc: "The check `upstream` of /health. It is not critical: an upstream that is down does not make cco degraded.",
      reload: "applied",
      example: false,
    }),
    health_check_interval: setting(seconds(86_400), {
      default: 30,
      help: "seconds between two such looks",
      reload: "applied",
      example: 5,
    }),
  },
});

/** What of the daemon CCO has words of its own for. */
const SERVICE = section("service", {
  help: "the daemon in CCO's own words",
  fields: {
    auto_start: setting(flag(), {
      default: true,
      help: "have `cco install` start the service at boot",
      doc: "`cco enable` and `cco disable` change it for a service that is installed.",
      reload: "applied",
      example: false,
    }),
    log_rotation_size: setting(bytes(), {
      default: ROTATION_SIZE,
      help: "bytes at which the log is rotated",
      doc: "The same as `log.rotate_size`, which has units. Whichever is not the default counts.",
      reload: "applied",
      example: 1_048_576,
    }),
  },
  finish(own, reading) {
    const rotateSize = reading.lookup("log.rotate_size");
    if (own.logRotationSize === ROTATION_SIZE && typeof rotateSize === "number") return { ...own, rotateSize };
    if (rotateSize !== ROTATION_SIZE && rotateSize !== own.logRotationSize) {
      reading.flaw("is not what log.rotate_size says", {
        path: ["log_rotation_size"],
        hint: "take one of the two out",
      });
    }
    return { ...own, rotateSize: own.logRotationSize };
  },
});

const CACHE = section("cache", {
  help: "answers that are kept",
  flagPrefix: "cache",
  fields: {
    size: setting(bytes(), {
      default: 1_073_741_824,
      help: "bytes of memory for answers that are kept",
      reload: "applied",
      example: 67_108_864,
      flag: "BYTES",
    }),
    ttl: setting(seconds(31_536_000), {
      default: 3600,
      help: "seconds for which an answer is kept at the most, and when it does not say how long",
      reload: "applied",
      example: 60,
      flag: "SECONDS",
    }),
  },
});

/** The ending is asked for, so that a slip of the hand names no file of something else; what is in it is looked at later. */
const SQLITE = /^sqlite:\/\/(\/?(?:[^\/?#]+\/)*[^\/?#]+\.(?:db|sqlite3?))$/;

/** The file of an address, absolute or relative to the home directory, which it cannot leave; undefined when it is none. */
function databaseFileIn(address: string): string | undefined {
  const [, file] = SQLITE.exec(address) ?? [];
  return file?.split("/").includes("..") ? undefined : file;
}

const ANALYTICS = section("analytics", {
  help: "the account of every request",
  fields: {
    database_url: setting(text({ label: "address of SQLite" }), {
      default: "sqlite://analytics.db",
      help: "file that it is kept in, below the home directory, or with a third slash the whole path",
      doc: "It ends in .db, .sqlite or .sqlite3. Two instances cannot share one.",
      reload: "needs restart",
      example: "sqlite:///srv/cco/analytics.db",
    }),
    detail: setting(duration({ min: 3_600_000 }), {
      default: "7d",
      help: "time for which there is a row per request; then one per hour and status",
      reload: "applied",
      example: "2d",
    }),
    retention: setting(duration({ min: 3_600_000 }), {
      default: "90d",
      help: "time for which there is a row per hour",
      reload: "applied",
      example: "365d",
    }),
  },
  finish(own, reading) {
    if (own.retention < own.detail) reading.flaw("is less than analytics.detail", { path: ["retention"] });
    const databaseFile = databaseFileIn(own.databaseUrl);
    if (databaseFile === undefined) {
      reading.flaw(`is "${own.databaseUrl}", expected sqlite:// and a file that ends in .db, .sqlite or .sqlite3`, {
        path: ["database_url"],
        hint: 'write "sqlite://analytics.db" for one in the home directory, or "sqlite:///srv/cco/analytics.db"',
      });
    }
    return { ...own, databaseFile };
  },
});

/** The settings of cco's own. */
export const SECTIONS = [PROXY, CACHE, ANALYTICS, SERVICE] as const;

/** The configuration of cco: its own settings beside those of the kit. */
export type Settings = AppConfig<typeof SECTIONS>;

/** CCO's file is flat: its keys, and what they stand for. */
export const KEYS = {
  port: "server.port",
  host: "server.bind",
  log_level: "log.level",
  log_rotation_size: "service.log_rotation_size",
  log_max_files: "log.max_files",
  database_url: "analytics.database_url",
  cache_size: "cache.size",
  cache_ttl: "cache.ttl",
  auto_start: "service.auto_start",
  health_checks: "proxy.health_checks",
  health_check_interval: "proxy.health_check_interval",
  upstream: "proxy.upstream",
  upstream_timeout: "proxy.upstream_timeout",
} as const;

/** What CCO's words mean in those of the kit. */
export function adjust({ log, service }: Settings): Pick<Settings, "log"> {
  return { log: { ...log, rotateSize: service.rotateSize } };
}
