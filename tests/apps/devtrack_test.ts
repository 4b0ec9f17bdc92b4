/** devtrack as its document (S1) has it; each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { devtrack, RARELY, repository, repositorySection, sh, triggers } from "../support/devtrack.ts";
import { type Instance, remains, signal, until } from "../support/instance.ts";

const CLIENT = new URL("devtrack_client.py", import.meta.url).pathname;

Deno.test("S1 Process Management, S1 start, S1 stop, S1 restart, S1 status: the daemon starts, is replaced, and stops", async () => {
  await using app = devtrack();
  const started = await app.start();
  const pid = app.pid();
  assert.match(started.stdout, new RegExp(`^devtrack: running as PID ${pid} .*\n$`));
  assert.equal((await app.run(["status"])).code, 0);
  const restarted = await app.run(["restart"]);
  assert.equal(restarted.code, 0, restarted.stderr);
  assert.notEqual(app.pid(), pid);
  const stopped = await app.run(["stop"]);
  assert.match(stopped.stdout, /stopped PID \d+, graceful/);
  assert.equal((await app.run(["status"])).code, 3);
});

Deno.test("S1 PID File Management, S1 File Structure: one line in ~/.devtrack/daemon.pid; a second start makes no second daemon", async () => {
  await using app = devtrack(RARELY);
  await app.start();
  assert.equal(fs.readFileSync(join(app.home, "daemon.pid"), "utf8"), `${app.pid()}\n`);
  assert.match((await app.start()).stdout, new RegExp(`${app.pid()}`));
  assert.equal(app.daemons().length, 1);
  for (const name of ["config.toml", "daemon.pid", "daemon.log", "devtrack.db", "control.sock"]) {
    assert.ok(fs.existsSync(join(app.home, name)), name);
  }
});

Deno.test("S1 SIGHUP, S1 Configuration: settings: a changed interval holds after HUP, the daemon goes on", async () => {
  await using app = devtrack("[settings]\nprompt_interval = 180\n");
  await app.start();
  const pid = app.pid();
  assert.equal((await app.status()).scheduler.interval_s, 180 * 60);
  app.write("[settings]\nprompt_interval = 45\n");
  signal(pid, "SIGHUP");
  await until("the new interval", async () => (await app.status()).scheduler.interval_s === 45 * 60);
  assert.ok(Date.parse((await app.status()).scheduler.next_at) - Date.now() <= 45 * 60_000);
  assert.equal(app.pid(), pid);
});

Deno.test("S1 Status Output, S1 Configuration: settings: every field of the document is in the status", async () => {
  const settings =
    '[settings]\nprompt_interval = 180\nwork_start_hour = 9\nwork_end_hour = 18\ntimezone = "Asia/Kolkata"\nlog_level = "info"\n';
  const integration = '[integrations.github]\nenabled = true\ncommand = ["true"]\n';
  await using app = devtrack(settings + integration);
  await app.start();
  await app.run(["jobs", "run", "prompt", "--wait"]);
  const { stdout } = await app.run(["status"]);
  for (
    const field of [
      /^Status: +running/m,
      /^PID: +\d+/m,
      /^Uptime: +\S/m,
      /^Started: +\w{3}, \d\d \w{3} \d{4}/m,
      /^ +Triggers: +1$/m,
      /^ +Last: +\S/m,
      /^ +Config: +~\/\.devtrack\/config\.toml/m,
      /^ +Logs: +~\/\.devtrack\/daemon\.log/m,
      /^ +PID file: +~\/\.devtrack\/daemon\.pid/m,
      /^ +Paused: +false/m,
      /^ +Interval: +3h$/m,
      /^ +Next trigger: +(2h 59m|3h)$/m,
      /^ +Enabled: +true/m,
      /^ +Hours: +.*9:00 - 18:00 Asia\/Kolkata/m,
      /^ +In hours: +(true|false)/m,
    ]
  ) assert.match(stdout, field);
  const { scheduler } = await app.status();
  assert.equal(scheduler.triggers, 1);
  assert.equal(scheduler.work_hours.timezone, "Asia/Kolkata");
});

Deno.test("S1 Status Output: what hands answers on in the background has no part in the scheduler's figures", async () => {
  await using app = devtrack('[integrations.github]\nenabled = true\ncommand = ["true"]\n');
  await app.start();
  assert.equal((await app.run(["jobs", "run", "sync", "--wait"])).code, 0);
  const { scheduler, jobs } = await app.status();
  const job = (name: string) => jobs.find((one: { name: string }) => one.name === name);
  assert.deepEqual([scheduler.triggers, scheduler.last_at, scheduler.interval_s], [0, null, 180 * 60]);
  assert.equal(scheduler.next_at, job("prompt").next_at);
  assert.equal(job("sync").triggers, 1);
  assert.ok(job("sync").next_at < scheduler.next_at, "or this test shows nothing");
});

Deno.test("S1 Configuration: settings: flat names reach the settings that they mean, and errors stand at them", async () => {
  await using app = devtrack('[settings]\nlog_level = "debug"\n');
  assert.equal((await app.run(["config", "get", "log.level"])).stdout.trim(), "debug");
  for (
    const [line, word] of [["prompt_interval = 0", "prompt_interval"], ["work_start_hour = 19", "work_end_hour"], [
      'log_level = "loud"',
      "log",
    ], ["promt_interval = 1", "prompt_interval"]]
  ) {
    app.write(`[settings]\n${line}\n`);
    const { code, stderr } = await app.run(["start"]);
    assert.equal(code, 78, line);
    assert.match(stderr, /config\.toml:\d+:\d+/);
    assert.match(stderr, new RegExp(word ?? ""));
  }
});

Deno.test("S1 logs, S1 Log Format, S1 View Logs: the last 50 entries; tail and grep find the numbered trigger", async () => {
  await using app = devtrack(RARELY);
  await app.start();
  for (let count = 0; count < 60; count++) await app.run(["reload"]);
  assert.equal((await app.run(["logs"])).stdout.trimEnd().split("\n").length, 50);
  await app.run(["jobs", "run", "prompt", "--wait"]);
  const log = join(app.home, "daemon.log");
  const line = await sh(`grep 'Trigger #1' '${log}'`);
  assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO +devtrack\.jobs\.prompt: Trigger #1/);
  assert.match(await sh(`tail -n 20 '${log}'`), /Trigger #1/);
});

Deno.test("S1 version, S1 help, S1 CLI Interface: under its own name, and a wrong word has the right one beside it", async () => {
  await using app = devtrack();
  assert.match((await app.run(["version"])).stdout, /^devtrack 1\.0\.0/);
  const help = await app.run(["help"]);
  assert.equal(help.code, 0);
  for (const verb of ["start", "stop", "restart", "status", "pause", "resume", "logs", "test-git", "triggers"]) {
    assert.match(help.stdout, new RegExp(`^ +${verb}\\b`, "m"));
  }
  const wrong = await app.run(["puase"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /pause/);
});

Deno.test("S1 Configuration: repositories, S1 File Structure: only what is enabled is watched; commit.log has a line for each commit", async () => {
  await using app = devtrack();
  const root = dirname(app.home);
  for (const name of ["one", "two"]) await repository(app, name);
  app.write(
    RARELY + repositorySection("one", join(root, "one"), 'project = "First"') +
      repositorySection("two", join(root, "two"), "enabled = false"),
  );
  await app.start();
  const { repositories } = await app.status();
  const told = repositories.map((
    { name, enabled, project }: { name: string; enabled: boolean; project: string | null },
  ) => [name, enabled, project]);
  assert.deepEqual(told, [["one", true, "First"], ["two", false, null]]);
  assert.match((await app.run(["status"])).stdout, /^ +one +ok .* First$/m);
  for (let count = 0; count < 5; count++) {
    await sh(`cd '${root}/one' && git commit -q --allow-empty -m "change ${count}"`);
  }
  await sh(`cd '${root}/two' && git commit -q --allow-empty -m hidden`);
  await until("five triggers", async () => (await triggers(app)).length === 5);
  const log = () => fs.readFileSync(join(app.home, "commit.log"), "utf8").trimEnd().split("\n");
  await until("five lines", () => log().length >= 5); // Each is written when its trigger is under way.
  assert.equal(log().length, 5);
  assert.ok(log().every((line) => line.includes("one")));
});

Deno.test("S1 Configuration: integrations: an answer is handed on to each that is enabled, once, also over a kill", async () => {
  await using app = devtrack();
  const root = dirname(app.home);
  const script = join(root, "sync.sh");
  fs.writeFileSync(script, `#!/bin/sh\ncat >>'${root}/'"$1"\necho >>'${root}/'"$1"\n`, { mode: 0o755 });
  const integration = (name: string, enabled: boolean) =>
    `[integrations.${name}]\nenabled = ${enabled}\ncommand = ["${script}", "${name}"]\n`;
  app.write(RARELY + integration("azure_devops", true) + integration("github", true) + integration("jira", false));
  await app.start();
  await app.run(["jobs", "run", "prompt", "--wait"]);
  assert.equal((await app.run(["answer", "1", "writing", "tests"])).code, 0);
  assert.equal((await app.run(["jobs", "run", "sync", "--wait"])).code, 0);
  signal(app.pid(), "SIGKILL");
  await until("its death", async () => (await app.run(["status"])).code === 1);
  await app.start();
  await app.run(["jobs", "run", "sync", "--wait"]);
  for (const name of ["azure_devops", "github"]) {
    const lines = fs.readFileSync(join(root, name), "utf8").trimEnd().split("\n");
    assert.equal(lines.length, 1, name);
    assert.equal(JSON.parse(lines[0] ?? "").answer, "writing tests");
  }
  assert.ok(!fs.existsSync(join(root, "jira")));
  const again = await app.run(["answer", "1", "twice"]);
  assert.notEqual(again.code, 0);
  assert.match(again.stderr, /answered already/);
});

Deno.test("S1 Auto-restart: systemd, S1 Next Steps: service files: start under a service manager stays in the foreground", async () => {
  await using app = devtrack(RARELY);
  const child = app.spawn(["start"], { env: app.env({ INVOCATION_ID: "0123456789abcdef0123456789abcdef" }) });
  await until("health", async () => (await app.get("/health")).status === 200);
  assert.equal(app.pid(), child.pid);
  child.kill("SIGTERM");
  assert.equal((await child.output()).code, 0);
  const unit = await app.run(["generate", "systemd"]);
  assert.match(unit.stdout, /^ExecStart=.*devtrack .*run$/m);
  assert.match(unit.stdout, /^WantedBy=/m);
  assert.match(unit.stdout, /^Restart=on-failure\nRestartSec=10$/m);
});

Deno.test("S1 Auto-restart: launchd, S1 Next Steps: service files: the property list of com.devtrack.daemon", async () => {
  await using app = devtrack();
  const { stdout } = await app.run(["generate", "launchd"]);
  assert.match(stdout, /<string>com\.devtrack\.daemon<\/string>/);
  assert.match(stdout, /<key>RunAtLoad<\/key>\s*<true\/>/);
  assert.match(stdout, /<key>KeepAlive<\/key>/);
  assert.match(stdout, /<key>ThrottleInterval<\/key>\s*<integer>10<\/integer>/);
});

Deno.test("S1 Next Steps: IPC: a client in Python hears of a trigger over the socket and answers it", async () => {
  await using app = devtrack(RARELY);
  await app.start();
  const client = new Deno.Command("python3", {
    args: [CLIENT, join(app.home, "control.sock"), "from Python"],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const run = await app.run(["jobs", "run", "prompt", "--wait"]);
  assert.equal(run.code, 0, run.stderr);
  const { code, stdout, stderr } = await client.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const reply = JSON.parse(new TextDecoder().decode(stdout).trim().split("\n")[1] ?? "");
  assert.equal(reply.code, 200);
  assert.equal(reply.trigger.answer, "from Python");
  assert.equal((await triggers(app))[0]?.answer, "from Python");
});

Deno.test("S1 Next Steps: IPC: over TCP nobody can answer", async () => {
  await using app = devtrack(RARELY);
  await app.start();
  await app.run(["jobs", "run", "prompt", "--wait"]);
  const response = await fetch(`http://127.0.0.1:${app.port}/api/devtrack/triggers/1/answer`, {
    method: "POST",
    body: '{"answer":"x"}',
  });
  await response.body?.cancel();
  assert.ok([401, 403, 405].includes(response.status), `${response.status}`);
  assert.equal((await triggers(app))[0]?.answer, null);
});

Deno.test("S1 Next Steps: SQLite: triggers survive kill -9, and a prompt command's output is the answer", async () => {
  await using app = devtrack(
    `[settings]\nprompt_interval = 600\nprompt_command = ["sh", "-c", "echo thinking about $DEVTRACK_CAUSE"]\n`,
  );
  await app.start();
  await app.run(["jobs", "run", "prompt", "--wait"]);
  signal(app.pid(), "SIGKILL");
  await until("its death", async () => (await app.run(["status"])).code === 1);
  await app.start();
  const [trigger] = await triggers(app);
  assert.equal(trigger?.answer, "thinking about manual");
  assert.equal((await app.status()).scheduler.triggers, 1);
});

Deno.test("S1 Log Management, S1 Next Steps: log rotation, S1 Future: log rotation and compression: archives are kept and compressed", async () => {
  await using app = devtrack(RARELY);
  await app.start();
  for (let count = 0; count < 3; count++) assert.equal((await app.run(["log-rotate"])).code, 0);
  const archives = () => fs.readdirSync(app.home).filter((name) => /^daemon\.log\..*\.gz$/.test(name));
  await until("compressed archives", () => archives().length >= 2);
});

Deno.test("S1 Next Steps: metrics, S1 Future: metrics and health, S1 Future: remote status, S1 Future: resource usage, S1 Future: dashboard: over HTTP", async () => {
  await using app = devtrack(RARELY);
  await app.start();
  const health = await app.get("/health");
  assert.equal(JSON.parse(health.body).status, "healthy");
  const status = JSON.parse((await app.get("/api/v1/status")).body);
  assert.equal(status.name, "devtrack");
  const metrics = await app.get("/metrics");
  assert.match(metrics.body, /resident_memory_bytes|rss_bytes/);
  const page = await app.get("/");
  assert.equal(page.status, 200);
  assert.match(page.body, /<title>devtrack<\/title>[\s\S]*<h1 id="name">devtrack<\/h1>/);
  assert.match(page.body, /fetch\("\/api\/v1\/status"/);
});

Deno.test("S1 Troubleshooting: won't start: a PID file that somebody left is no obstacle", async () => {
  await using app = devtrack(RARELY);
  fs.writeFileSync(join(app.home, "daemon.pid"), `${Deno.pid}\n`);
  await app.start();
  assert.notEqual(app.pid(), Deno.pid);
});

Deno.test("S1 Troubleshooting: can't find repository: started inside one, devtrack watches it", async () => {
  await using app = devtrack(RARELY);
  const repo = await repository(app, "my project");
  fs.mkdirSync(join(repo, "deep", "down"), { recursive: true });
  await sh(`cd '${repo}/deep/down' && '${app.binary}' start`, app.env());
  const { repositories } = await app.status();
  assert.deepEqual(repositories.map(({ name, path }: { name: string; path: string }) => [name, path]), [[
    "my-project",
    repo,
  ]]);
  await sh(`cd '${repo}' && git commit -q --allow-empty -m second`);
  await until("the trigger", async () => (await triggers(app)).some(({ cause }) => cause === "commit"));
});

Deno.test("S1 Troubleshooting: logs not showing: the log is where status says, readable by its owner alone or the group", async () => {
  await using app = devtrack(RARELY);
  await app.start();
  const { log_file } = await app.status();
  assert.equal(log_file, join(app.home, "daemon.log"));
  assert.equal(fs.statSync(log_file).mode & 0o407, 0o400);
});

Deno.test("S1 Future: auto-restart on crash: with keep_alive it comes back after kill -9", async () => {
  await using app = devtrack(`${RARELY}[daemon]\nkeep_alive = true\n`);
  await app.start();
  const pid = app.pid();
  signal(pid, "SIGKILL");
  await until("another daemon", async () => {
    const { state, pid: next } = await app.status();
    return state === "ready" && next !== pid;
  });
});

Deno.test("S1 Future: notifications: a failed prompt command is told", async () => {
  await using app = devtrack();
  const told = join(dirname(app.home), "told");
  app.write(
    `[settings]\nprompt_interval = 600\nprompt_command = ["false"]\n[[notify]]\nname = "me"\non = ["job_failed"]\ncommand = ["/bin/sh", "-c", "echo $APPD_JOB >'${told}'"]\n`,
  );
  await app.start();
  assert.notEqual((await app.run(["jobs", "run", "prompt", "--wait"])).code, 0);
  await until("the news", () => fs.readFileSync(told, "utf8") === "prompt\n");
});

Deno.test("S1 Process Management, S1 Log Format: a commit whose question a kill cut off, before it was written down, has its trigger all the same, once", async () => {
  const patient = `[settings]\nprompt_interval = 600\nprompt_command = ["sleep", "1000"]\n`;
  await using app = devtrack(patient);
  const repo = await repository(app, "repo");
  app.write(patient + repositorySection("repo", repo));
  await app.start();
  await sh(`cd '${repo}' && git commit -q --allow-empty -m second`);
  await until("its question", async () => (await triggers(app)).length === 1);
  const pid = app.pid();
  signal(pid, "SIGKILL");
  await until("its end", () => !remains(pid));
  withDatabase(app, (database) => database.exec("DELETE FROM trigger_log")); // As if the kill had come a moment before.
  await app.start();
  const [trigger] = await until("the trigger", async () => {
    const all = await triggers(app);
    return all.length > 0 ? all : undefined;
  });
  assert.match(trigger?.detail ?? "", /^repo main/);
  assert.equal(trigger?.cause, "commit");
  await app.run(["restart"]);
  assert.equal((await triggers(app)).length, 1);
  assert.match(fs.readFileSync(join(app.home, "daemon.log"), "utf8"), /Trigger #1, late: its run was interrupted/);
});

function withDatabase(app: Instance, use: (database: DatabaseSync) => void): void {
  using database = new DatabaseSync(join(app.home, "devtrack.db"), { timeout: 5000 });
  use(database);
}
