import assert from "node:assert/strict";
import type { AppdError } from "../../base/errors.ts";
import { APPD_SCHEMA, type Config } from "../../schema/appd_schema.ts";
import { type App, APPD_APP } from "./app.ts";
import { configOf, figApp, figJob } from "./fake_fig.ts";
import { type OwnParts, ownParts } from "./own_parts.ts";
import type { Service } from "./service.ts";

const service = (name: string, more: Partial<Service<Config>> = {}): Service<Config> => ({ name, run() {}, ...more });

async function partsOf(more: Partial<App>, mode?: string): Promise<OwnParts> {
  const context = { app: figApp(more), mode, paths: { home: "/h" } } as Parameters<typeof ownParts>[0];
  return ownParts(context, { config: await configOf(""), schema: APPD_SCHEMA });
}

Deno.test("services and jobs are asked once for all that need them", async () => {
  const asked: string[] = [];
  const hear = <T>(who: string, answer: T): T => (asked.push(who), answer);
  const web = service("web", { enabled: () => hear("enabled", true), watches: () => hear("watches", 1) });
  const parts = await partsOf({
    servicesFrom: () => hear("services", [web, service("other", { enabled: () => false })]),
    jobs: [figJob({ settings: () => hear("settings", { every: "1h" }) })],
  });
  assert.deepEqual(asked, ["services", "enabled", "watches", "settings"]);
  assert.deepEqual(parts.services.map(({ name }) => name), ["web", "other"]);
  assert.deepEqual(parts.wanted.map(({ name }) => name), ["web"]);
  assert.deepEqual(parts.jobSpecs({ systemZone: "UTC" }).map(({ every }) => every), [3_600_000]);
});

Deno.test("a mode wants its own services; the names of all are taken", async () => {
  const services = [service("web"), service("sync")];
  const modes = [{ name: "page", summary: "the page", services: ["web"] }];
  const { wanted } = await partsOf({ services, modes }, "page");
  assert.deepEqual(wanted.map(({ name }) => name), ["web"]);
  const taken = partsOf({ services, modes, jobs: [figJob({ name: "sync" })] }, "page");
  await assert.rejects(taken, /the job "sync" of fig: a service of the app has this name/);
});

Deno.test("what a service says of itself is checked wherever the configuration is read", async () => {
  const refused = (error: AppdError) => error.exit === "config" && /"soon", which is no duration/.test(error.message);
  await assert.rejects(partsOf({ services: [service("web", { startTimeout: "soon" })] }), refused);
});

Deno.test("appd itself has nothing of its own", async () => {
  const { services, wanted, jobSpecs } = await partsOf(APPD_APP);
  assert.deepEqual([services, wanted, jobSpecs({ systemZone: "UTC" })], [[], [], []]);
});
