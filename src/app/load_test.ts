import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import type { AppdError } from "../base/errors.ts";
import { realSystem } from "../system/system.ts";
import { createContext } from "./context.ts";
import type { App } from "./kit/app.ts";
import { figApp } from "./kit/fake_fig.ts";
import { loadContextConfig } from "./load.ts";

/** Reads this file as an app with these parts does. */
async function load(more: Partial<App>, file: string) {
  const home = fs.mkdtempSync("/tmp/fig-load-");
  try {
    fs.writeFileSync(join(home, "config.toml"), file);
    return await loadContextConfig(createContext({ home, flags: {}, system: realSystem(), app: figApp(more) }));
  } finally {
    fs.rmSync(home, { recursive: true });
  }
}

const waitingFor = (name: string) =>
  `[[program]]\nname = "db"\ncommand = ["db"]\ndepends_on = { ${name} = "started" }\n`;

Deno.test("an app is asked once, also when the file names a service that it makes", async () => {
  const asked: string[] = [];
  const parts: Partial<App> = {
    adjust: ({ server }) => (asked.push("adjust"), { server: { ...server, port: 1234 } }),
    servicesFrom: ({ server }) => (asked.push("services"), [{ name: `on${server.port}`, run() {} }]),
  };
  for (const file of ["", waitingFor("on1234")]) {
    const { config, own } = await load(parts, file);
    assert.deepEqual([config.server.port, own.services.map(({ name }) => name)], [1234, ["on1234"]]);
    assert.deepEqual(asked.splice(0), ["adjust", "services"], file);
  }
  await assert.rejects(load(parts, waitingFor("on1")), /"on1"/);
});

Deno.test("a bug in adjust is named, whoever asks first", async () => {
  const adjust = () => {
    throw new Error("x is not a function");
  };
  const bug = (error: AppdError) => error.exit === "internal" && /of "fig": x is not a function/.test(error.message);
  for (const file of ["", waitingFor("web")]) {
    await assert.rejects(load({ adjust, servicesFrom: () => [] }, file), bug);
  }
});
