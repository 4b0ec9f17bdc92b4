import { type AppConfig, duration, flag, integer, section, setting, text } from "../../src/mod.ts";

/** The settings of cco's own, at the top of `config.toml`. */
export const SETTINGS = section("", {
  help: "the proxy",
  fields: {
    upstream: setting(
      text({
        label: "address",
        pattern: /^https?:\/\/[^\s\/?#@]+(\/[^\s?#]*)?$/,
        expected: "an http or https address without user, query or fragment",
      }),
      {
        help: "where requests below /proxy go",
        doc: "Without it they are answered with 503.",
        reload: "applied",
        example: "https://api.example.com",
      },
    ),
    upstream_timeout: setting(integer({ min: 1, max: 3600 }), {
      default: 300,
      help: "seconds until the upstream's answer has to begin",
      reload: "applied",
      example: 30,
    }),
    cache_size: setting(integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
      default: 1_073_741_824,
      help: "bytes of memory for answers that are kept",
      reload: "applied",
      example: 67_108_864,
      flag: "BYTES",
    }),
    cache_ttl: setting(integer({ min: 1, max: 31_536_000 }), {
      default: 3600,
      help: "seconds for which an answer is kept at the most, and when it does not say how long",
      reload: "applied",
      example: 60,
      flag: "SECONDS",
    }),
    analytics_detail: setting(duration({ min: 3_600_000 }), {
      default: "7d",
      help: "time for which there is a row per request; then one per hour and status",
      reload: "applied",
      example: "2d",
    }),
    analytics_retention: setting(duration({ min: 3_600_000 }), {
      default: "90d",
      help: "time for which there is a row per hour",
      reload: "applied",
      example: "365d",
    }),
    health_checks: setting(flag(), {
      default: true,
      help: "look whether the upstream answers",
      doc: "The check `upstream` of /health. It is not critical: an upstream that is down does not make cco degraded.",
      reload: "applied",
      example: false,
    }),
    health_check_interval: setting(integer({ min: 1, max: 86_400 }), {
      default: 30,
      help: "seconds between two such looks",
      reload: "applied",
      example: 5,
    }),
  },
  finish(own, reading) {
    if (reading.lookup("server.port") === 0) {
      reading.flaw("is 0, expected 1 to 65535", {
        path: ["server", "port"],
        hint: "clients reach the proxy over TCP; leave it out for 3000",
      });
    }
    if (own.analyticsRetention < own.analyticsDetail) {
      reading.flaw("is less than analytics_detail", { path: ["analytics_retention"] });
    }
    return own;
  },
});

/** The configuration of cco: its own settings beside those of the kit. */
export type Settings = AppConfig<[typeof SETTINGS]>;
