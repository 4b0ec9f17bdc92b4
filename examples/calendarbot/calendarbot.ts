/**
 * calendarbot: serves the week of a calendar as a page. The calendar is an ICS file or its address, and is read again in
 * the background.
 *
 *     calendarbot --web            in the foreground
 *     calendarbot --daemon         the same service as a daemon
 *     calendarbot --daemon-status
 *     calendarbot --daemon-stop
 */
import { defineApp, run } from "../../src/mod.ts";
import { CHECKS } from "./checks.ts";
import { COMMANDS } from "./commands.ts";
import { MIGRATIONS } from "./copy_store.ts";
import { CALENDAR } from "./settings.ts";
import { SOURCE } from "./watch_source.ts";

await run(defineApp({
  name: "calendarbot",
  version: "1.0.0",
  summary: "serve a calendar as a page",
  config: [CALENDAR],
  defaults: { "server.port": 8341 },
  modes: [{ name: "web", summary: "serve the calendar", services: ["source"] }],
  services: [SOURCE],
  jobs: [{
    name: "refresh",
    every: "15m",
    settings: ({ calendar }) => ({ every: `${calendar.refresh}ms` }),
    overlap: "queue",
    timeout: "2m",
    run: async (context) => await (await import("./refresh.ts")).refresh(context),
  }],
  checks: CHECKS,
  migrations: MIGRATIONS,
  routes: async (kit) => (await import("./routes.ts")).routes(kit),
  commands: COMMANDS,
}));
