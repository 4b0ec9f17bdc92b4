import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { APPD } from "../base/product.ts";
import { resolvePaths } from "./paths.ts";

const base = { product: APPD, userHome: "/home/u", cwd: () => "/work" };

Deno.test("home: the option, then APPD_HOME, then systemd's directory, then ~/.appd", () => {
  assert.equal(resolvePaths({ ...base, env: {} }).home, "/home/u/.appd");
  assert.equal(resolvePaths({ ...base, env: { APPD_HOME: "/a" } }).home, "/a");
  assert.equal(resolvePaths({ ...base, home: "rel", env: { APPD_HOME: "/a" } }).home, "/work/rel");
  assert.equal(resolvePaths({ ...base, env: { STATE_DIRECTORY: "/var/lib/appd:/x" } }).home, "/var/lib/appd");
});

Deno.test("a name adds a directory, and cannot climb out of it", () => {
  assert.equal(resolvePaths({ ...base, name: "web", env: {} }).pid, "/home/u/.appd/web/daemon.pid");
  for (const name of ["..", "a/b", "", ".hidden", "a\nb"]) {
    assert.throws(() => resolvePaths({ ...base, name, env: {} }), AppdError, JSON.stringify(name));
  }
});

Deno.test("systemd's directories are honoured, each for its purpose", () => {
  const paths = resolvePaths({
    ...base,
    env: { STATE_DIRECTORY: "/s", LOGS_DIRECTORY: "/l", RUNTIME_DIRECTORY: "/r", CONFIGURATION_DIRECTORY: "/c" },
  });
  assert.deepEqual([paths.state, paths.log, paths.socket, paths.pid, paths.config], [
    "/s/state.json",
    "/l/daemon.log",
    "/r/control.sock",
    "/r/daemon.pid",
    "/c/config.toml",
  ]);
});
