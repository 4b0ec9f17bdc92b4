/** Faults 11 to 16: signals. Short sizes here, the published ones with APPD_FAULTS=full. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { alive, Instance, program, remains, signal, until } from "../support/instance.ts";
import { random, sized } from "./seed.ts";

Deno.test("fault 11: thousands of TERM and INT with work in flight are one shutdown", async () => {
  const slow = program("slow", "trap 'sleep 1; exit 0' TERM; echo up; while :; do sleep 0.05; done");
  await using instance = new Instance(slow);
  await instance.start();
  const pid = instance.pid();
  await until("work is in flight", async () => (await instance.run(["logs", "slow"])).stdout.includes("up"));
  const began = performance.now();
  for (let i = 0; i < sized(1000, 10_000) && signal(pid, i % 2 ? "SIGTERM" : "SIGINT"); i++);
  await until("exit", () => !remains(pid), 31_000);
  assert.ok(performance.now() - began < 31_000);
  assert.ok(!fs.existsSync(join(instance.home, "daemon.pid")));
  const log = fs.readFileSync(join(instance.home, "daemon.log"), "utf8");
  assert.equal(log.match(/shutdown began/g)?.length, 1, log);
});

Deno.test("fault 12: a signal in the first half second kills by TERM only, and cleanly", async () => {
  const { next } = random("fault 12");
  for (let round = 0; round < sized(12, 300); round++) {
    await using instance = new Instance();
    const names = ["SIGTERM", "SIGHUP", "SIGUSR1"] as const;
    const name = names[round % 3] ?? "SIGTERM";
    const starting = instance.run(["start"]);
    const pid = await until("the PID is visible", () => instance.pid());
    await new Promise((resolve) => setTimeout(resolve, next(500))); // the moment is the fault
    signal(pid, name);
    const result = await starting;
    if (name === "SIGTERM") {
      await until("a clean end", () => !remains(pid));
      assert.ok(!fs.existsSync(join(instance.home, "daemon.pid")), `round ${round}`);
    } else {
      assert.equal(result.code, 0, `round ${round} ${name}: ${result.stderr}`);
      assert.ok(alive(pid));
      assert.equal((await instance.get("/health")).status, 200);
    }
  }
});

Deno.test("fault 13: a broken config at HUP leaves the old one live, with the place in log and status", async () => {
  const sleeper = program("sleeper", "exec sleep 1000");
  await using instance = new Instance(sleeper);
  await instance.start();
  const running = await until("running", async () => (await instance.status()).programs[0].pid);
  const path = join(instance.home, "config.toml");
  const good = fs.readFileSync(path, "utf8");
  const broken: [string, () => void][] = [
    ["syntax", () => fs.writeFileSync(path, good + "[log\n")],
    ["value", () => fs.writeFileSync(path, "[server]\nport = 70000\n")],
    ["unknown key", () => fs.writeFileSync(path, "[server]\nprot = 1\n")],
  ];
  for (const [what, damage] of broken) {
    const before = (await instance.status()).last_reload?.at;
    damage();
    signal(instance.pid(), "SIGHUP");
    const last = await until(`${what} is recorded`, async () => {
      const reload = (await instance.status()).last_reload;
      return reload && reload.at !== before ? reload : undefined;
    });
    assert.equal(last.ok, false, what);
    assert.match(last.error, /config\.toml:\d+:\d+/, what);
    assert.equal((await instance.status()).programs[0].pid, running, what);
  }
  assert.match(fs.readFileSync(join(instance.home, "daemon.log"), "utf8"), /config\.toml:\d+:\d+/);
  assert.equal((await instance.get("/health")).status, 200);
});

Deno.test("fault 14: a daemon that was stopped and continued keeps its programs' output", async () => {
  const lines = "i=0; while [ $i -lt 300 ]; do echo n $i; i=$((i+1)); sleep 0.01; done; exec sleep 1000";
  await using instance = new Instance(program("count", lines));
  await instance.start();
  const pid = instance.pid();
  const log = (await instance.status()).programs[0].log_file;
  signal(pid, "SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, sized(2000, 120_000))); // the pause is the fault
  signal(pid, "SIGCONT");
  const text = await until("the last line", () => {
    const all = fs.readFileSync(log, "utf8");
    return all.includes("n 299\n") ? all : undefined;
  });
  const got = [...text.matchAll(/^n (\d+)$/gm)].map((match) => Number(match[1]));
  assert.deepEqual(got, Array.from({ length: 300 }, (_, i) => i));
});

Deno.test("fault 16: SIGUSR1 opens no debugger and no other listener", async () => {
  await using instance = new Instance();
  await instance.start();
  const pid = instance.pid();
  const before = listeners(pid);
  const archives = () => fs.readdirSync(instance.home).filter((name) => name.startsWith("daemon.log.")).length;
  const had = archives();
  signal(pid, "SIGUSR1");
  await until("an archive", () => archives() > had);
  assert.deepEqual(listeners(pid), before);
  assert.equal(before.length, 1);
});

/** Local addresses on which a process listens, from /proc/net/tcp and tcp6. */
function listeners(pid: number): string[] {
  const links = fs.readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return fs.readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ""; // closed meanwhile
    }
  });
  const rows = ["tcp", "tcp6"].flatMap((name) => fs.readFileSync(`/proc/net/${name}`, "utf8").split("\n").slice(1));
  return rows.map((row) => row.trim().split(/\s+/))
    .filter((words) => words[3] === "0A" && links.includes(`socket:[${words[9]}]`))
    .map((words) => words[1] ?? "").sort();
}
