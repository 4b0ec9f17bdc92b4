/** DevTrack: asks a developer at times and at each commit what is going on, and keeps the answers. */
import { defineApp, run } from "../../src/mod.ts";
import { COMMANDS } from "./commands.ts";
import { DELIVERY, handsOnByItself, SYNC, sync } from "./deliver.ts";
import { RECALL } from "./recall.ts";
import { SELF_TEST, tryOut } from "./self_test.ts";
import { adjust, SECTIONS } from "./settings.ts";
import { MIGRATIONS } from "./triggers.ts";

export const app = defineApp({
  name: "devtrack",
  version: "1.0.0",
  summary: "ask at times and at each commit what is going on",
  config: SECTIONS,
  keys: { "settings.timezone": "timezone", "settings.log_level": "log.level" },
  defaults: { "server.port": 8331, "daemon.restart_delay": "10s" },
  adjust,
  migrations: MIGRATIONS,
  services: [RECALL],
  jobs: [
    {
      name: "prompt",
      timeout: "1h",
      settings: ({ settings: { promptInterval, workHoursOnly } }) => ({ every: `${promptInterval}m`, workHoursOnly }),
      run: async (context) => await (await import("./ask.ts")).ask(context),
    },
    {
      name: "commit",
      timeout: "1h",
      settings: ({ repositories }) => ({ on: repositories.map(({ name }) => `git:${name}`) }),
      run: async (context) => await (await import("./ask.ts")).ask(context),
    },
    {
      name: SYNC,
      background: true,
      overlap: "queue", // An answer that comes while it runs is handed on, too.
      settings: (config) => ({ enabled: handsOnByItself(config), every: "5m" }), // Each answer triggers it; this is for failures.
      run: sync,
    },
    { name: SELF_TEST, background: true, run: tryOut },
  ],
  checks: [DELIVERY],
  routes: async (kit) => (await import("./routes.ts")).routes(kit),
  commands: COMMANDS,
});

if (import.meta.main) await run(app);
