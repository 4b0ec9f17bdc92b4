import assert from "node:assert/strict";
import type { Config } from "../../schema/appd_schema.ts";
import { endlessWaits } from "./endless_waits.ts";

Deno.test("who waits for the end of what begins again whenever it ends is told, of services and of programs", () => {
  const feeder = { name: "feeder", restart: "always" } as const;
  const once = { name: "once", restart: "on-failure" } as const;
  const till = { ...once, name: "till", dependsOn: { feeder: "completed", once: "completed" } } as const;
  const shop = { ...once, name: "shop", dependsOn: { web: "completed", feeder: "ready" } } as const;
  const web = { name: "web", restart: "always", dependsOn: { feeder: "completed", once: "completed" } };
  const { programs } = { programs: [web] } as unknown as Config;
  assert.deepEqual(endlessWaits([feeder, once, till, shop], { programs }), [
    'the service "till" waits until "feeder" has completed, and with restart "always" it never has ' +
    '(give it restart: "on-failure" or "never" in the app)',
    'the service "shop" waits until "web" has completed, and with restart "always" it never has ' +
    '(give it restart = "on-failure" or "never")',
    'the program "web" waits until "feeder" has completed, and with restart "always" it never has ' +
    '(give it restart: "on-failure" or "never" in the app)',
  ]);
});
