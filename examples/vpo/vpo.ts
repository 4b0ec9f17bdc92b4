/**
 * vpo, a video policy orchestrator: files that come to rest in an inbox are checked, worked on and moved into a library, or
 * into a quarantine with the reason. The daemon, its database, its job history, health, logs and units are appd's.
 */
import { defineApp, run } from "../../src/mod.ts";
import { COMMANDS } from "./commands.ts";
import { LIBRARY_CHECK } from "./library_check.ts";
import { MIGRATIONS } from "./migrations.ts";
import { LIBRARY } from "./settings.ts";

const vpo = defineApp({
  name: "vpo",
  version: "1.0.0",
  summary: "check videos that arrive and file them in a library",
  database: "library.db",
  config: [LIBRARY],
  migrations: MIGRATIONS,
  services: [{
    name: "watcher",
    critical: true,
    stopTimeout: "2s", // The time of a shutdown belongs to the files in work.
    watches: ({ library }) => library,
    run: async (context) => await (await import("./watcher.ts")).watch(context),
  }],
  jobs: [{
    name: "process",
    overlap: "allow",
    pool: "library",
    stopTimeout: "3s",
    settings: ({ library }) => ({ retries: library.retries, retryDelay: `${library.retryDelay}ms` }),
    run: async (context) => await (await import("./process_job.ts")).runProcess(context),
  }],
  // The job's places are vpo's own setting.
  adjust: ({ library, scheduler }) => ({
    scheduler: { ...scheduler, pools: { ...scheduler.pools, library: library.concurrency } },
  }),
  checks: [LIBRARY_CHECK],
  bodyLimit: "64KiB", // All that is ever sent is the path of one file.
  routes: async (kit) => {
    const [{ makeFolders }, { routes }] = await Promise.all([import("./watcher.ts"), import("./routes.ts")]);
    await makeFolders(kit.config.library).catch(() => {}); // Before the check looks at them; it says what is wrong there.
    return routes(kit);
  },
  commands: COMMANDS,
});

await run(vpo);
