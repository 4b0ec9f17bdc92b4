import assert from "node:assert/strict";
import { childEnvironment, markOf } from "./environment.ts";

const inherited = {
  PATH: "/bin",
  HOME: "/root",
  LANG: "C",
  TZ: "UTC",
  NOTIFY_SOCKET: "/run/n",
  DENO_DIR: "/d",
  LISTEN_FDS: "1",
  APPD_INTERNAL_READY: "x",
  SECRET: "s",
  LD_PRELOAD: "evil.so",
};

function environment(declared: Record<string, string>) {
  return childEnvironment({ inherited, declared, program: "web", instance: "one", mark: markOf("/h/programs", "web") });
}

Deno.test("a program's environment starts clean", () => {
  assert.deepEqual(environment({}), {
    PATH: "/bin",
    HOME: "/root",
    LANG: "C",
    TZ: "UTC",
    APPD_PROGRAM: "web",
    APPD_INSTANCE: "one",
    APPD_PROGRAM_ID: "/h/programs/web",
  });
});

Deno.test("declared variables win over inherited ones, not over ours", () => {
  const env = environment({ PATH: "/opt/bin", DENO_DIR: "/mine", NOTIFY_SOCKET: "/x", APPD_PROGRAM_ID: "/other" });
  assert.equal(env.PATH, "/opt/bin");
  assert.equal(env.DENO_DIR, "/mine");
  assert.equal(env.NOTIFY_SOCKET, undefined);
  assert.equal(env.APPD_PROGRAM_ID, "/h/programs/web");
});
