/** calendarbot's daemon as its document (S0) has it; each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { Bot, event, ics } from "../support/calendar.ts";
import { alive, remains, signal, until } from "../support/instance.ts";

/** What the kernel says of a process: its parent, session and terminal, proc_pid_stat(5). */
function standing(pid: number): { parent: number; session: number; terminal: number } {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  const [, parent = 0, , session = 0, terminal = 0] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
  return { parent, session, terminal };
}

Deno.test("S0 DAEMON-001, S0 DAEMON-007, S0 Overview, S0 System Architecture, S0 Process Management Architecture, S0 Success Criteria 1: --daemon leaves a detached service that serves the calendar", async () => {
  await using bot = new Bot();
  const { code, stdout, stderr } = await bot.run(["--daemon"]);
  assert.deepEqual([code, stderr], [0, ""]);
  const pid = bot.pid();
  assert.match(stdout, new RegExp(`^calendarbot: .*PID ${pid}.*\n$`));
  const { session, terminal, parent } = standing(pid);
  assert.deepEqual([session, terminal], [pid, 0], "a session of its own, without a terminal");
  assert.notEqual(parent, Deno.pid);
  assert.equal(fs.readlinkSync(`/proc/${pid}/cwd`), "/");
  assert.equal(fs.readlinkSync(`/proc/${pid}/fd/0`), "/dev/null");
  await bot.shows("Standup");
});

Deno.test("S0 PID File Management, S0 DAEMON-007, S0 Process Management Layer, S0 Success Criteria 7: the PID file has one line, holds one instance, and is believed only while the process lives", async () => {
  await using bot = new Bot();
  await bot.daemon();
  const pid = bot.pid();
  const file = join(bot.home, "daemon.pid");
  assert.equal(fs.readFileSync(file, "utf8"), `${pid}\n`);
  const again = await bot.run(["--daemon"]);
  assert.equal(again.code, 0);
  assert.match(again.stdout, new RegExp(`${pid}`));
  await until("it is the only one", () => bot.daemons().join() === `${pid}`); // A reader of it begins as its copy.

  signal(pid, "SIGKILL");
  await until("its death", () => !remains(pid));
  assert.equal(fs.readFileSync(file, "utf8"), `${pid}\n`, "nobody was left to remove it");
  const dead = await bot.run(["--daemon-status"]);
  assert.equal(dead.code, 1, dead.stdout);
  await bot.daemon();
  assert.notEqual(bot.pid(), pid);
  await bot.run(["--daemon-stop"]);
  assert.equal(fs.existsSync(file), false);
});

Deno.test("S0 DAEMON-010, S0 Code Reuse Strategy, S0 Web Mode Reuse, S0 Mode Implementation: --web in the foreground and --daemon are the same service", async () => {
  await using bot = new Bot();
  const seen = async () => {
    const page = await bot.shows("Standup");
    const { programs, jobs } = await bot.status();
    const names = (all: { name: string }[]) => all.map(({ name }) => name);
    return { page: page.replace(/<footer>.*/s, ""), programs: names(programs), jobs: names(jobs) };
  };
  const foreground = async (word: string) => {
    const child = bot.spawn([word]);
    const found = await seen();
    signal(child.pid, "SIGTERM");
    const { code, stderr } = await child.output();
    assert.equal(code, 0);
    assert.match(new TextDecoder().decode(stderr), /calendarbot/, "in the foreground the log is on the console");
    return found;
  };
  const web = await foreground("--web");
  assert.deepEqual(await foreground("web"), web);
  await bot.daemon();
  assert.deepEqual(await seen(), web);
  assert.match((await bot.run(["restart", "--mode", "web"])).stdout, /running as PID \d+ .* in mode web /);
  assert.deepEqual([await seen(), (await bot.status()).mode], [web, "web"]);
  assert.deepEqual([web.programs, web.jobs], [["source"], ["refresh"]]);
});

Deno.test("S0 Registration and Testing, S0 DAEMON-009, S0 CLI Integration Layer, S0 Success Criteria 8: modes and flags are in the help, in completions and in usage errors", async () => {
  await using bot = new Bot();
  const help = (await bot.run(["help"])).stdout;
  for (const word of ["web", "start", "status", "stop", "agenda", "refresh"]) {
    assert.match(help, new RegExp(`^ +${word}\\b`, "m"));
  }
  assert.match((await bot.run(["help", "web"])).stdout, /--web/);
  assert.match((await bot.run(["start", "--help"])).stdout, /^ *Also:? .*--daemon\b(?!-)/m);
  assert.match((await bot.run(["status", "--help"])).stdout, /--daemon-status/);
  assert.match((await bot.run(["stop", "--help"])).stdout, /--daemon-stop/);
  assert.match((await bot.run(["completions", "bash"])).stdout, /web/);
  const wrong = await bot.run(["wep"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /web/);
});

Deno.test("S0 DAEMON-009, S0 Core Infrastructure: two modes or flags at once are a usage error before anything happens", async () => {
  await using bot = new Bot();
  const conflicts = [
    ["--web", "--daemon"],
    ["--daemon", "--daemon-stop"],
    ["--daemon", "--daemon-status"],
    ["--daemon-status", "--daemon-stop"],
    ["--daemon", "web"],
    ["web", "--daemon-stop"],
    ["--web", "agenda"],
  ];
  for (const words of conflicts) {
    const { code, stderr } = await bot.run(words);
    assert.equal(code, 2, words.join(" "));
    assert.match(stderr, /^calendarbot: .*\nhint: /, words.join(" "));
  }
  assert.deepEqual(fs.readdirSync(bot.home).sort(), ["calendar.ics", "config.toml"]);
});

Deno.test("S0 DAEMON-002, S0 Process Management Layer, S0 Success Criteria 2: --daemon-status tells PID, port, uptime, log file and health", async () => {
  await using bot = new Bot();
  const before = await bot.run(["--daemon-status"]);
  assert.equal(before.code, 3);
  assert.match(before.stdout, /not running/);
  await bot.daemon();
  await until("health", async () => (await bot.health()).body.status === "healthy");
  const { code, stdout } = await bot.run(["--daemon-status"]);
  assert.equal(code, 0);
  for (const part of [`${bot.pid()}`, `:${bot.port}`, "uptime:", "~/.calendarbot/daemon.log", "healthy"]) {
    assert.ok(stdout.toLowerCase().includes(part), `${part} in ${stdout}`);
  }
  const status = JSON.parse((await bot.run(["--daemon-status", "--json"])).stdout);
  assert.deepEqual(
    [status.name, status.pid, status.url, status.health, status.log_file],
    ["calendarbot", bot.pid(), `http://127.0.0.1:${bot.port}`, "healthy", join(bot.home, "daemon.log")],
  );
  assert.ok(status.uptime_s >= 0 && status.uptime_s < 60);
});

Deno.test("S0 DAEMON-003, S0 Success Criteria 3: --daemon-stop ends the service, verifies it, and cleans up", async () => {
  await using bot = new Bot();
  await bot.daemon();
  const pid = bot.pid();
  const { code, stdout } = await bot.run(["--daemon-stop"]);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^calendarbot: stopped PID ${pid}, graceful`));
  assert.equal(alive(pid), false);
  assert.deepEqual(bot.processes(), []);
  for (const name of ["daemon.pid", "control.sock"]) assert.equal(fs.existsSync(join(bot.home, name)), false, name);
  using _port = Deno.listen({ hostname: "127.0.0.1", port: bot.port });
  const again = await bot.run(["--daemon-stop"]);
  assert.equal(again.code, 0);
  assert.match(again.stdout, /not running/);
});

Deno.test("S0 DAEMON-003, S0 Success Criteria 3: --daemon-stop ends a service that hangs by force when its time is over, not before, and cleans up", async () => {
  await using hung = new Bot();
  await using slow = new Bot();
  for (const bot of [hung, slow]) {
    await bot.daemon();
    signal(bot.pid(), "SIGSTOP");
  }
  const pid = slow.pid();
  const waiting = slow.run(["--daemon-stop", "--timeout", "50s"]);
  const { code, stdout } = await hung.run(["--daemon-stop", "--timeout", "1s"]);
  assert.equal(code, 0);
  assert.match(stdout, /^calendarbot: stopped PID \d+, forced, [\d.]+ s\n$/);
  assert.deepEqual(hung.processes(), []);
  assert.equal(fs.existsSync(join(hung.home, "daemon.pid")), false);
  assert.ok(alive(pid), "whose time is not over may still end by itself");
  signal(pid, "SIGCONT");
  assert.match((await waiting).stdout, new RegExp(`^calendarbot: stopped PID ${pid}, graceful`));
  await hung.daemon();
  await hung.shows("Standup");
});

for (const name of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`S0 Signal Handling, S0 DAEMON-007: ${name} ends daemon and foreground gracefully, and the PID file goes`, async () => {
    await using bot = new Bot();
    await bot.daemon();
    const pid = bot.pid();
    signal(pid, name);
    await until("its end", () => !remains(pid));
    assert.equal(fs.existsSync(join(bot.home, "daemon.pid")), false);
    assert.match(bot.log(), /shutdown began[^]*shutdown complete/);
    const child = bot.spawn(["--web"]);
    await bot.shows("Standup");
    signal(child.pid, name);
    assert.equal((await child.output()).code, 0);
    assert.equal(fs.existsSync(join(bot.home, "daemon.pid")), false);
  });
}

Deno.test("S0 DAEMON-004, S0 Success Criteria 4: a taken port is named, with 69, before anything is detached", async () => {
  await using bot = new Bot();
  using _taken = Deno.listen({ hostname: "127.0.0.1", port: bot.port });
  for (const word of ["--daemon", "--web"]) {
    const { code, stdout, stderr } = await bot.run([word]);
    assert.deepEqual([code, stdout], [69, ""], word);
    assert.match(stderr, new RegExp(`cannot .*127\\.0\\.0\\.1:${bot.port}`));
    assert.match(stderr, /^hint: .*--port/m);
    assert.deepEqual(bot.processes(), []);
    assert.equal(fs.existsSync(join(bot.home, "daemon.pid")), false);
  }
});

/** What goes wrong when a service is set up: how it comes about, the exit code, what is said, and what may help. */
const FAILURES:
  readonly (readonly [what: string, words: readonly string[], code: number, cause: RegExp, hint: RegExp])[] = [
    ["a home that is a file", ["--home", "HOME/calendar.ics"], 73, /cannot create directory ".*": .* there/, /--home/],
    ["a configuration that is not there", ["--config", "none.toml"], 78, /none\.toml.*: no such file/, /config init/],
    ["a port that is none", ["--port", "eighty"], 2, /port is "eighty", expected a whole number/, /^/],
    ["an address that others reach", ["--bind", "192.0.2.7"], 2, /token_file is not set/, /hint: set token_file/],
    ["an option that there is not", ["--prot", "1"], 2, /--prot/, /hint: .*--port/],
    ["a log that cannot be written", ["--log-file", "calendar.ics/x.log"], 73, /cannot log to ".*x\.log": /, /^/],
  ];

for (const [what, words, expected, cause, hint] of FAILURES) {
  Deno.test(`S0 Success Criteria 4, S0 DAEMON-005: ${what} is told in one line with what may help, and nothing runs`, async () => {
    await using bot = new Bot();
    const given = words.map((word) => word.replace("HOME", bot.home));
    const { code, stdout, stderr } = await bot.run(["--daemon", ...given]);
    assert.deepEqual([code, stdout], [expected, ""], stderr);
    assert.match(stderr, /^calendarbot: cannot .*: |^calendarbot: .*--prot/);
    assert.match(stderr, cause);
    assert.match(stderr, hint);
    assert.doesNotMatch(stderr, /^ +at /m);
    assert.deepEqual(bot.processes(), []);
  });
}

Deno.test("S0 Success Criteria 4: a service that hangs is said to, by status and by a second start, with the way out", async () => {
  await using bot = new Bot();
  await bot.daemon();
  signal(bot.pid(), "SIGSTOP");
  const status = await bot.run(["--daemon-status"]);
  assert.deepEqual([status.code, /not responding .*stop/.test(status.stdout)], [4, true], status.stdout);
  const { code, stderr } = await bot.run(["--daemon"]);
  assert.equal(code, 69);
  assert.match(stderr, new RegExp(`PID ${bot.pid()}, runs but does not answer\\nhint: .*calendarbot stop`));
  signal(bot.pid(), "SIGCONT");
});

Deno.test("S0 DAEMON-005, S0 Success Criteria 5: a malformed setting is told with its place and what to write, and nothing is started", async () => {
  const mistakes: readonly (readonly [string, RegExp])[] = [
    ['refresh = "often"', /calendar\.refresh is "often", expected a duration/],
    ["refresh = 15", /calendar\.refresh is 15 without a unit/],
    ['source = "ftp://h/a.ics"', /calendar\.source begins with ftp:\/\//],
    ["days = 99", /calendar\.days is 99, expected 1 to 31/],
    ['sauce = "a.ics"', /calendar\.sauce is not a known setting[^]*did you mean "source"/],
  ];
  for (const [line, message] of mistakes) {
    await using bot = new Bot(undefined, line);
    for (const words of [["--daemon"], ["config", "check"]]) {
      const { code, stderr } = await bot.run(words);
      assert.equal(code, 78, stderr);
      assert.match(stderr, message);
      assert.match(stderr, /config\.toml:\d+:\d+/);
    }
    assert.deepEqual(bot.processes(), []);
    for (const name of ["daemon.pid", "control.sock", "daemon.log", "calendarbot.db"]) {
      assert.equal(fs.existsSync(join(bot.home, name)), false, name);
    }
  }
});

Deno.test("S0 DAEMON-005, S0 DAEMON-002, S0 Success Criteria 2: without a calendar the check warns, the service starts and says what is missing, and begins to work when it comes", async () => {
  await using bot = new Bot();
  fs.rmSync(bot.file);
  const check = await bot.run(["config", "check"]);
  assert.equal(check.code, 0);
  assert.match(
    check.stderr,
    /calendar\.source is ".*calendar\.ics", and there is no such file[^]*calendarbot config set calendar\.source/,
  );
  await bot.daemon();
  const { status, body } = await until("what is missing", async () => {
    const answer = await bot.health();
    return answer.body.checks.calendar.error === undefined ? undefined : answer;
  });
  assert.equal(status, 200);
  assert.match(body.checks.calendar.error, /cannot read ".*calendar\.ics": there is no such file/);
  const page = await bot.get("/calendar");
  assert.equal(page.status, 503);
  assert.match(page.body, /there is no such file\. No calendar has been read yet\./);
  assert.equal((await bot.get("/api/calendar/events")).status, 503);
  bot.edit("this is no calendar");
  const broken = await until("a degraded service", async () => {
    const answer = await bot.health();
    return answer.status === 503 && answer.body.status === "degraded" ? answer : undefined;
  });
  assert.equal(broken.body.checks.calendar_copy.critical, true);
  const told = await bot.run(["--daemon-status"]);
  assert.equal(told.code, 0, "it runs, and is not well");
  assert.match(told.stdout, /^Status: +degraded$[^]*^Health: +degraded$/m);
  assert.match(told.stdout, /^Problem: +calendar_copy: no calendar was ever read/m);
  const { state, health, pid } = await bot.status();
  assert.deepEqual([state, health, pid], ["degraded", "degraded", bot.pid()]);
  assert.equal((await bot.run(["--daemon-status", "--strict"])).code, 151);
  assert.match(broken.body.checks.calendar_copy.error, /no calendar was ever read/);
  bot.edit(ics(event("Standup")));
  await bot.shows("Standup");
  await until("health", async () => (await bot.health()).body.status === "healthy");
  assert.match((await bot.run(["--daemon-status"])).stdout, /^Status: +running$[^]*^Health: +healthy$/m);
});

Deno.test("S0 DAEMON-006, S0 Success Criteria 6: an error at run time is logged with its context, and the last good calendar stays until it is over", async () => {
  await using bot = new Bot();
  await bot.daemon();
  await bot.shows("Standup");
  bot.edit("<!DOCTYPE html><title>Sign in</title>");
  const body = await bot.shows("it is a web page");
  assert.match(body, /Standup/);
  const { status, body: health } = await until("the check", async () => {
    const answer = await bot.health();
    return answer.body.checks.calendar.ok ? undefined : answer;
  });
  assert.deepEqual([status, health.status, health.checks.calendar.critical], [200, "healthy", false]);
  assert.match(
    health.checks.calendar.error,
    /^since \d+ \w+ \d{4}, \d\d:\d\d \(UTC\): cannot read .*; shown is the calendar of /,
  );
  await until("it is logged", () => /^\S+Z (WARN |ERROR) calendarbot\.\S+: .*it is a web page/m.test(bot.log()));
  const why = (await bot.run(["why", "calendar"])).stdout;
  assert.match(
    why,
    /^the check calendar fails since .* UTC .*; it is not critical, the daemon serves as usual: since .* cannot read /,
  );
  assert.match(why, /What may help:\n {2}read it again: calendarbot refresh\n/);
  const both = /^calendarbot is ready; not well: the check calendar, the job refresh\n/;
  await until("the job's end, too", async () => both.test((await bot.run(["why"])).stdout));
  bot.edit(ics(event("Retrospective")));
  await bot.shows("Retrospective");
  await until("health", async () => (await bot.health()).body.checks.calendar.ok);
});

Deno.test("S0 DAEMON-006, S0 DAEMON-008: logs are rotated by size, on demand and by signal, and no line of them is lost", async () => {
  await using bot = new Bot(undefined, "", '[log]\nlevel = "debug"\nrotate_size = "16KiB"\nmax_files = 100\n');
  await bot.daemon();
  await bot.shows("Standup");
  const archives = () => { // For a moment one is there both packed and not.
    const names = fs.readdirSync(bot.home).filter((name) => name.startsWith("daemon.log."));
    return new Set(names.map((name) => name.replace(/\.gz$/, ""))).size;
  };
  let marks = 0;
  const mark = () => bot.get(`/mark/${++marks}`); // One line in the log each.
  const rotated = async (by: string, rotate: (before: number) => Promise<unknown> | unknown) => {
    const before = archives();
    await rotate(before);
    await until(`a rotation by ${by}`, async () => {
      await mark();
      return archives() > before;
    }, 30_000);
  };
  await rotated("demand", async (before) => {
    await mark();
    assert.equal((await bot.run(["log-rotate"])).code, 0);
    assert.ok(archives() > before, "when the command is back");
  });
  await rotated("size", () => {});
  await rotated("signal", () => signal(bot.pid(), "SIGUSR1"));
  await mark();
  const logged = async () => (await bot.run(["logs", "-n", "100000"])).stdout;
  const text = await until("the last line", async () => {
    const all = await logged();
    return all.includes(`path=/mark/${marks} `) ? all : undefined;
  });
  const seen = [...text.matchAll(/request .* path=\/mark\/(\d+) /g)].map(([, number]) => Number(number));
  assert.deepEqual(seen, Array.from({ length: marks }, (_, index) => index + 1));
});

Deno.test("S0 DAEMON-006: after a crash the service starts again, also without its source, and what happened can be read", async () => {
  await using bot = new Bot();
  await bot.daemon();
  await bot.shows("Standup");
  signal(bot.pid(), "SIGQUIT");
  const dump = join(bot.home, "state-dump.json");
  await until("a state dump", () => fs.existsSync(dump));
  assert.match(fs.readFileSync(dump, "utf8"), /calendarbot/);
  await until("its end", () => bot.daemons().length === 0);
  fs.rmSync(bot.file);
  await bot.daemon();
  const pid = bot.pid();
  await bot.shows("there is no such file");
  await bot.shows("Standup");
  signal(pid, "SIGKILL");
  await until("its death", () => !remains(pid));
  await bot.daemon();
  await bot.shows("Standup");
});

Deno.test("S0 DAEMON-006, S0 Success Criteria 6: the report of a crash tells who died, how, and when it was last seen, also of a quiet service", async () => {
  await using bot = new Bot();
  await bot.daemon();
  const pid = bot.pid();
  const { started_at } = await bot.status();
  const sign = () => fs.statSync(join(bot.home, "daemon.lock")).mtime;
  const seen = await until("a sign of life", () => sign() > new Date(started_at) ? sign() : undefined, 60_000);
  signal(pid, "SIGKILL");
  await until("its death", () => !remains(pid));
  const died = new Date();
  const why = (await bot.run(["why"])).stdout;
  assert.match(why, new RegExp(`PID ${pid} was killed after \\d{4}-[^:]+:\\d\\d:\\d\\d UTC: it left no word`));
  await bot.daemon();
  const [, last = ""] =
    new RegExp(`WARN +calendarbot: the last run ended: killed pid=${pid} last_seen=(\\S+) `).exec(bot.log()) ?? [];
  assert.ok(seen <= new Date(last) && new Date(last) <= died, `last seen ${last}, of ${seen.toISOString()}`);
  const status = await bot.status();
  assert.deepEqual([status.last_end.how, status.last_end.pid, status.last_end.at], ["killed", pid, last]);
  assert.match((await bot.run(["--daemon-status"])).stdout, /Last end: +killed, last seen .*: it left no word/i);
});

Deno.test("S0 DAEMON-008, S0 Process Management Architecture, S0 Success Criteria 6: after the start nothing is written to the console", async () => {
  await using bot = new Bot(undefined, 'refresh = "1s"');
  const child = bot.spawn(["--daemon"]);
  // The daemon would keep these open if it had them: the output ends with the command.
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.deepEqual([code, text(stderr)], [0, ""]);
  assert.equal(text(stdout).trim().split("\n").length, 1);
  await bot.shows("Standup");
  for (const fd of [1, 2]) {
    assert.doesNotMatch(fs.readlinkSync(`/proc/${bot.pid()}/fd/${fd}`), /^(pipe|\/dev\/(pts|tty))/);
  }
  const lines = bot.log().split("\n").slice(0, -1); // It goes on writing: the last one may not be whole.
  assert.ok(lines.length > 2);
  for (const line of lines) {
    assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z (DEBUG|INFO |WARN |ERROR) calendarbot(\.\S+)?: /);
  }
});

Deno.test("S0 DAEMON-007, S0 DAEMON-010: HUP applies changed settings without a restart", async () => {
  await using bot = new Bot();
  await bot.daemon();
  const pid = bot.pid();
  await bot.shows("Standup");
  fs.writeFileSync(join(bot.home, "other.ics"), ics(event("Review")));
  bot.write('\n[calendar]\ntimezone = "UTC"\nsource = "other.ics"\ndays = 2\n');
  signal(pid, "SIGHUP");
  const page = await bot.shows("Review");
  assert.doesNotMatch(page, /Standup/);
  assert.equal(page.match(/<section/g)?.length, 2);
  assert.equal(bot.pid(), pid);
});

Deno.test("S0 Testing Strategy, S0 File Structure Impact: the whole life of a service, one binary, all files in ~/.calendarbot", async () => {
  await using bot = new Bot();
  await bot.daemon();
  await bot.shows("Standup");
  for (
    const name of [
      "config.toml",
      "daemon.pid",
      "daemon.lock",
      "state.json",
      "control.sock",
      "daemon.log",
      "calendarbot.db",
    ]
  ) {
    assert.ok(fs.existsSync(join(bot.home, name)), name);
  }
  const pid = bot.pid();
  assert.equal((await bot.run(["restart"])).code, 0);
  assert.notEqual(bot.pid(), pid);
  await bot.shows("Standup");
  assert.equal((await bot.run(["--daemon-status"])).code, 0);
  assert.equal((await bot.run(["--daemon-stop"])).code, 0);
  assert.equal((await bot.run(["--daemon-status"])).code, 3);
});
