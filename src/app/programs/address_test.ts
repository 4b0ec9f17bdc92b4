import assert from "node:assert/strict";
import { APPD } from "../../base/product.ts";
import { resolvePaths } from "../../instance/paths.ts";
import { realSystem } from "../../system/system.ts";
import { addressOf } from "./address.ts";
import { createContext } from "../context.ts";

for (
  const [what, env, options] of [
    ["the default", {}, {}],
    ["APPD_HOME", { APPD_HOME: "/srv/appd" }, {}],
    ["--home and --name", { APPD_HOME: "/other" }, { home: "/srv/appd", name: "two" }],
    ["--name default", {}, { name: "default" }],
    ["systemd", { STATE_DIRECTORY: "/var/lib/appd", RUNTIME_DIRECTORY: "/run/appd" }, { name: "two" }],
    ["--home under systemd", { STATE_DIRECTORY: "/var/lib/appd", RUNTIME_DIRECTORY: "/run/appd" }, { home: "/srv" }],
  ] as const
) {
  Deno.test(`a program with another HOME finds the daemon: ${what}`, () => {
    const real = realSystem();
    const system = { ...real, host: { ...real.host, env, homeDirectory: "/home/a" } };
    const context = createContext({ ...options, flags: {}, system });
    const inherited = addressOf(context);
    const found = resolvePaths({ product: APPD, env: inherited, userHome: "/home/b", cwd: () => "/" });
    assert.deepEqual([found.socket, found.pid], [context.paths.socket, context.paths.pid]);
  });
}
