/** Real servers under one config: requests go on through reload, rotation, crashes and a killed daemon; no line is lost. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { alive, Instance, remains, signal, until } from "../support/instance.ts";
import { serverPorts } from "../support/ports.ts";
import { logText, ping, request } from "../support/servers.ts";

const NGINX = "/usr/sbin/nginx";
const REDIS = "/usr/bin/redis-server";
const missing = [NGINX, REDIS, "/usr/bin/python3"].filter((path) => !fs.existsSync(path));

interface Site {
  readonly nginx: number;
  readonly redis: number;
  readonly python: number;
}

function configure(instance: Instance, site: Site): void {
  const dir = instance.home;
  fs.mkdirSync(join(dir, "www"));
  fs.writeFileSync(join(dir, "www", "index.html"), "hello\n");
  fs.chmodSync(dir, 0o755); // nginx' workers run as another user
  fs.writeFileSync(
    join(dir, "nginx.conf"),
    `daemon off; pid ${dir}/nginx.pid; error_log stderr; user root; worker_processes 2;
events {} http { log_format n '$request_uri $status'; access_log /dev/stdout n;
client_body_temp_path ${dir}/b; proxy_temp_path ${dir}/p; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u;
scgi_temp_path ${dir}/s; server { listen 127.0.0.1:${site.nginx}; location / { return 200 "ok\\n"; } } }\n`,
  );
  instance.write(`
[[program]]
name = "nginx"
command = ["${NGINX}", "-c", "${dir}/nginx.conf", "-e", "stderr"]
stop_signal = "QUIT"
log = { rotate_size = "64KiB", max_files = 1000 }

[[program]]
name = "redis"
command = ["${REDIS}", "--port", "${site.redis}", "--bind", "127.0.0.1", "--dir", "${dir}", "--daemonize", "no"]

[[program]]
name = "static"
command = ["/usr/bin/python3", "-u", "-m", "http.server", "${site.python}", "--bind", "127.0.0.1", "--directory", "${dir}/www"]
`);
}

Deno.test({
  name: `nginx, redis and python under one config${missing.length > 0 ? ` (skipped: no ${missing.join(", ")})` : ""}`,
  ignore: missing.length > 0,
  async fn() {
    await using instance = new Instance();
    const site = { nginx: serverPorts(), redis: serverPorts(), python: serverPorts() };
    configure(instance, site);
    await instance.start();
    const programs = async () =>
      // deno-lint-ignore no-explicit-any -- the shape under test
      new Map((await instance.status()).programs.map((p: any) => [p.name, p])) as Map<string, any>;
    await until("all run", async () => [...(await programs()).values()].every((p) => p.state === "running"));

    let asked = 0;
    const ask = async (count: number) => {
      for (const end = asked + count; asked < end; asked++) {
        await request(`http://127.0.0.1:${site.nginx}/n/${asked}`);
        await request(`http://127.0.0.1:${site.python}/?n=${asked}`);
      }
    };
    await ask(100);
    assert.ok(await ping(site.redis));

    const pids = new Map([...(await programs())].map(([name, p]) => [name, p.pid]));
    assert.equal((await instance.run(["reload"])).code, 0);
    for (const [name, p] of await programs()) assert.equal(p.pid, pids.get(name), `${name} was touched by a reload`);
    await ask(100);

    assert.equal((await instance.run(["log-rotate"])).code, 0);
    await ask(100);

    for (const name of ["nginx", "redis", "static"]) {
      const before = (await programs()).get(name).pid;
      signal(before, "SIGKILL");
      await until(`${name} is back`, async () => {
        const p = (await programs()).get(name);
        return p.pid && p.pid !== before && p.state === "running";
      }, 30_000);
      await ask(30);
    }
    await until("redis answers", () => ping(site.redis));

    const kept = new Map([...(await programs())].map(([name, p]) => [name, p.pid]));
    const daemon = instance.pid();
    signal(daemon, "SIGKILL");
    await until("death of the daemon", () => !remains(daemon));
    await ask(50);
    await instance.start();
    await ask(50);
    for (const [name, p] of await programs()) assert.equal(p.pid, kept.get(name), `${name} was started twice`);

    const logs = [...(await programs()).values()].map((p) => [p.name, p.log_file] as const);
    assert.equal((await instance.run(["stop"])).code, 0);
    for (const pid of kept.values()) assert.ok(!alive(pid as number));
    const text = new Map(logs.map(([name, path]) => [name, logText(path)]));
    const numbers = (name: string, pattern: RegExp) =>
      [...(text.get(name) ?? "").matchAll(pattern)].map((m) => Number(m[1]));
    const nginx = numbers("nginx", /^\/n\/(\d+) 200$/gm);
    const python = numbers("static", /GET \/\?n=(\d+) HTTP/g);
    const all = Array.from({ length: asked }, (_, i) => i);
    assert.deepEqual([...new Set(nginx)].sort((a, b) => a - b), all, "every request is in nginx' log");
    assert.deepEqual([...new Set(python)].sort((a, b) => a - b), all, "every request is in python's log");
    assert.equal(nginx.length, asked, "no line twice");
  },
});
