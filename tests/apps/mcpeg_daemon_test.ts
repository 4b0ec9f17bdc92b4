/** mcpeg as its document (S3) has it: the daemon. Each test names the places that it proves. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { alive, type Instance, remains, signal, until } from "../support/instance.ts";
import { mcpeg, serverCommand, upstream, whenServer } from "../support/mcp.ts";

function logOf(app: Instance): string {
  return fs.readFileSync(join(app.home, "daemon.log"), "utf8");
}

/** Names of rotated files of the daemon's log. */
function archives(app: Instance): string[] {
  return fs.readdirSync(app.home).filter((name) => /^daemon\.log\..+/.test(name)).sort();
}

/** Fields of /proc/PID/stat after the name: state, parent, group, session, terminal. */
function stat(pid: number): { parent: number; session: number; terminal: number } {
  const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  const [, parent = "", , session = "", terminal = ""] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { parent: Number(parent), session: Number(session), terminal: Number(terminal) };
}

Deno.test("S3 --daemon, S3 Daemon Process Flow, S3 Daemon Mode Support, S3 Unix Compliance: returns when it serves; detached, redirected, its PID written", async () => {
  await using app = mcpeg();
  const { code, stdout } = await app.run(["--daemon"]);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^mcpeg: running as PID ${app.pid()}`));
  assert.equal((await app.get("/health")).status, 200, "it serves when the command returns");
  const pid = app.pid();
  const { session, terminal, parent } = stat(pid);
  assert.notEqual(session, stat(Deno.pid).session);
  assert.equal(terminal, 0);
  assert.notEqual(parent, Deno.pid);
  assert.equal(fs.readlinkSync(`/proc/${pid}/cwd`), "/");
  assert.equal(fs.readlinkSync(`/proc/${pid}/fd/0`), "/dev/null");
  for (const fd of [1, 2]) assert.match(fs.readlinkSync(`/proc/${pid}/fd/${fd}`), /daemon\.err$/);
  assert.equal(fs.readlinkSync(`/proc/${pid}/exe`), app.binary);
  const again = await app.run(["--daemon"]);
  assert.deepEqual([again.code, app.pid(), app.daemons().length], [0, pid, 1]);
  assert.match(again.stdout, new RegExp(`already running as PID ${pid}`));
});

Deno.test("S3 Daemon Process Flow: a daemon that cannot start says why on the terminal, and leaves nothing", async () => {
  await using app = mcpeg();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  app.write(`[server]\nport = ${(taken.addr as Deno.NetAddr).port}\n`);
  const { code, stderr } = await app.run(["--daemon"]);
  assert.equal(code, 69);
  assert.match(stderr, /^mcpeg: cannot listen on "127\.0\.0\.1:\d+": the address is taken/);
  await until("the end of the one that was to be the daemon", () => app.daemons().length === 0);
  assert.ok(!fs.existsSync(join(app.home, "daemon.pid")));
});

Deno.test("S3 --status, S3 Process Validation: running, never started, dead; with what it does", async () => {
  await using app = mcpeg(upstream("docs"));
  assert.equal((await app.run(["--status"])).code, 3);
  await app.run(["--daemon"]);
  await whenServer(app, "docs");
  const { code, stdout } = await app.run(["--status"]);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`PID:? +${app.pid()}|PID ${app.pid()}`));
  assert.match(stdout, /docs +running/);
  assert.match(stdout, /docs 1\.2\.3, \d+ tools/);
  assert.equal((await app.status()).name, "mcpeg");
  // A number that belongs to somebody else now: the lock knows better.
  await app.run(["--stop"]);
  fs.writeFileSync(join(app.home, "daemon.pid"), `${Deno.pid}\n`);
  assert.equal((await app.run(["--status"])).code, 1);
  assert.equal((await app.run(["--stop"])).code, 0);
  assert.ok(alive(Deno.pid));
});

Deno.test("S3 --stop, S3 Signal-based Control: the daemon ends, its PID file goes; a second stop is fine", async () => {
  await using app = mcpeg();
  await app.run(["--daemon"]);
  const pid = app.pid();
  const { code, stdout } = await app.run(["--stop"]);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`stopped PID ${pid}, graceful`));
  assert.ok(!alive(pid));
  assert.ok(!fs.existsSync(join(app.home, "daemon.pid")));
  assert.equal((await app.run(["--stop"])).code, 0);
});

Deno.test("S3 --restart: another daemon with the same servers; an invalid configuration stops nothing", async () => {
  await using app = mcpeg(upstream("docs"));
  await app.run(["--daemon"]);
  const pid = app.pid();
  assert.equal((await app.run(["--restart"])).code, 0);
  assert.notEqual(app.pid(), pid);
  await whenServer(app, "docs");
  const second = app.pid();
  app.write('[[upstream]]\nname = "docs"\n');
  assert.equal((await app.run(["--restart"])).code, 78);
  assert.ok(alive(second));
});

Deno.test("S3 --daemon, S3 --stop, S3 --restart, S3 --status, S3 --log-rotate: two at once are refused before anything happens", async () => {
  await using app = mcpeg();
  for (const words of [["--daemon", "--stop"], ["--status", "--log-rotate"], ["stop", "--restart"]]) {
    const { code, stderr } = await app.run(words);
    assert.equal(code, 2, words.join(" "));
    assert.match(stderr, /^mcpeg: /);
  }
  assert.deepEqual(app.daemons(), []);
});

Deno.test("S3 --log-rotate, S3 SIGUSR1, S3 Production Logging, S3 File Logging, S3 Compression and Retention, S3 Buffered Writes: by command and by signal, compressed, so many kept, nothing left unwritten", async () => {
  await using app = mcpeg("[log]\nmax_files = 2\n");
  await app.run(["--daemon"]);
  const pid = app.pid();
  assert.equal((await app.run(["--log-rotate"])).code, 0);
  const [first = ""] = archives(app);
  assert.match(first, /\.gz$/);
  assert.match(gunzipSync(fs.readFileSync(join(app.home, first))).toString(), /mcpeg is ready/);
  signal(pid, "SIGUSR1");
  await until("a second archive", () => archives(app).length === 2);
  for (let round = 0; round < 3; round++) assert.equal((await app.run(["--log-rotate"])).code, 0);
  assert.equal(archives(app).length, 2, "only so many are kept");
  assert.equal(app.pid(), pid);
  signal(pid, "SIGTERM");
  await until("the end", () => !remains(pid));
  assert.match(logOf(app), /shutdown complete/, "the last words are not left in a buffer");
});

Deno.test("S3 Production Logging, S3 File Logging, S3 Compression and Retention: rotated by size, and what is too old goes", async () => {
  await using app = mcpeg('[log]\nrotate_size = "2KiB"\nmax_files = 1000\nmax_age = "3s"\ncompress = false\n');
  await app.run(["--daemon"]);
  const [first = ""] = await until("a rotation by size", async () => {
    await app.run(["reload"]); // It is told in the log.
    const whole = archives(app).filter((name) => fs.statSync(join(app.home, name)).size > 0); // Its name is made first.
    return whole.length > 0 ? whole : undefined;
  });
  assert.ok(fs.statSync(join(app.home, first)).size <= 2048);
  assert.match(fs.readFileSync(join(app.home, first), "utf8"), /mcpeg is ready/);
  await until("the end of what is too old", async () => {
    await app.run(["--log-rotate"]);
    return !archives(app).includes(first);
  });
  assert.ok(archives(app).length > 0, "the others stay");
});

Deno.test("S3 Daemon Mode Support, S3 Security First: the daemon's environment is set up: mask, no leftovers of who started it", async () => {
  await using app = mcpeg();
  const strange = { LD_LIBRARY_PATH: "/nowhere", NODE_EXTRA_CA_CERTS: "/nowhere", DENO_AUTH_TOKENS: "a@b" };
  const { code, stderr } = await app.run(["--daemon"], { env: app.env(strange) });
  assert.equal(code, 0, stderr);
  const pid = app.pid();
  const names = fs.readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").map((entry) => entry.split("=")[0]);
  assert.ok(names.includes("HOME"), names.join(" "));
  assert.deepEqual(names.filter((name) => /^(LD|NODE|DENO)_/.test(name ?? "")), []);
  assert.match(fs.readFileSync(`/proc/${pid}/status`, "utf8"), /^Umask:\t0027$/m);
  assert.equal(fs.statSync(join(app.home, "daemon.log")).mode & 0o777, 0o600);
});

Deno.test("S3 Console Logging, S3 Fallback, S3 SIGINT: in the foreground the log is on stderr, and SIGINT ends it", async () => {
  await using app = mcpeg();
  const child = app.spawn(["run"]);
  const { pid } = child;
  await until("it serves", async () => (await app.get("/health")).status === 200);
  assert.equal(app.pid(), pid);
  signal(pid, "SIGINT");
  const { code, stderr } = await child.output();
  assert.equal(code, 0);
  const text = new TextDecoder().decode(stderr);
  assert.match(text, /INFO +mcpeg: mcpeg is ready/);
  assert.match(text, /shutdown complete/);
});

Deno.test("S3 Multi-Writer: the same records on stderr and in the file", async () => {
  await using app = mcpeg('[log]\noutputs = ["stderr", "file"]\nformat = "json"\n');
  const child = app.spawn(["run"]);
  await until("it serves", async () => (await app.get("/health")).status === 200);
  signal(child.pid, "SIGTERM");
  const { stderr } = await child.output();
  const messages = (text: string) =>
    text.trim().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line).message);
  const shown = messages(new TextDecoder().decode(stderr));
  assert.deepEqual(messages(logOf(app)), shown);
  assert.ok(shown.includes("mcpeg is ready") && shown.includes("shutdown complete"));
});

Deno.test("S3 PID File Management, S3 PID Management: many starts at once make one daemon and one whole PID file", async () => {
  await using app = mcpeg();
  const file = join(app.home, "daemon.pid");
  const texts = new Set<string>();
  const over = new AbortController();
  const looking = (async () => {
    while (!over.signal.aborted) {
      if (fs.existsSync(file)) texts.add(fs.readFileSync(file, "utf8"));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  })();
  const results = await Promise.all(Array.from({ length: 4 }, () => app.run(["--daemon"])));
  over.abort();
  await looking;
  assert.deepEqual(results.map(({ code }) => code), [0, 0, 0, 0]);
  assert.equal(app.daemons().length, 1);
  assert.deepEqual([...texts], [`${app.pid()}\n`], "nobody ever saw half a file");
  assert.equal(fs.statSync(file).mode & 0o022, 0);
});

Deno.test("S3 Stale PID: the file of a dead daemon is replaced, whatever it says", async () => {
  await using app = mcpeg();
  for (const text of ["999999\n", "1\n", "not a number\n", ""]) {
    fs.writeFileSync(join(app.home, "daemon.pid"), text);
    assert.equal((await app.run(["--daemon"])).code, 0);
    assert.ok(alive(app.pid()));
    assert.equal((await app.run(["--stop"])).code, 0);
  }
});

Deno.test("S3 Custom PID File: daemon.pid_file, and --pid-file before it", async () => {
  await using app = mcpeg();
  const elsewhere = join(app.home, "run", "gateway.pid");
  fs.mkdirSync(join(app.home, "run"), { mode: 0o700 });
  app.write(`[daemon]\npid_file = ${JSON.stringify(elsewhere)}\n`);
  await app.run(["--daemon"]);
  const pid = Number(fs.readFileSync(elsewhere, "utf8"));
  assert.ok(alive(pid));
  assert.equal((await app.status()).pid_file, elsewhere);
  await app.run(["--stop"]);
  assert.ok(!fs.existsSync(elsewhere));
  const other = join(app.home, "other.pid");
  await app.run(["--daemon", "--pid-file", other]);
  assert.ok(alive(Number(fs.readFileSync(other, "utf8"))));
});

Deno.test("S3 Single Binary, S3 Zero Dependencies: the file alone is enough, and help tells its own commands and appd's", async () => {
  await using app = mcpeg();
  const alone = join(app.home, "elsewhere");
  fs.mkdirSync(alone, { mode: 0o700 });
  fs.copyFileSync(app.binary, join(alone, "gateway"));
  const run = async (...args: string[]) => {
    const command = new Deno.Command(join(alone, "gateway"), {
      args,
      clearEnv: true,
      env: { HOME: alone, NO_COLOR: "1" },
    });
    const { code, stdout } = await command.output();
    return { code, stdout: new TextDecoder().decode(stdout) };
  };
  const help = (await run("help")).stdout;
  for (const word of ["mcpeg", "servers", "tools", "call", "--daemon", "--log-rotate"]) {
    assert.ok(help.includes(word), word);
  }
  assert.match((await run("--version")).stdout, /^mcpeg 1\.0\.0/);
  assert.equal((await run("--status")).code, 3);
});

Deno.test("S3 System Integration: what is wrong with a server's settings is told where it stands", async () => {
  await using app = mcpeg();
  const told = async (text: string) => {
    app.write(text);
    const { code, stderr } = await app.run(["config", "check"]);
    assert.equal(code, 78);
    return stderr;
  };
  assert.match(await told('[[upstream]]\nname = "a"\n'), /has neither command nor url/);
  assert.match(
    await told('[[upstream]]\nname = "a"\ncommand = ["x"]\nurl = "http://x/"\n'),
    /has both command and url/,
  );
  assert.match(await told('[[upstream]]\nname = "a__b"\ncommand = ["x"]\n'), /small letters, digits and dashes/);
  assert.match(await told('[[upstream]]\nname = "a"\nurl = "ftp://x"\n'), /http:\/\/ or https:\/\//);
  assert.match(await told('[[upstream]]\nname = "a"\ncomand = ["x"]\n'), /command/);
  const twice = '[[upstream]]\nname = "a"\ncommand = ["x"]\n';
  assert.match(await told(twice + twice), /"a"/);
  const program = `[[program]]\nname = "a"\ncommand = ${JSON.stringify(serverCommand())}\n`;
  app.write(program + twice);
  const { code, stderr } = await app.run(["--daemon"]);
  assert.equal(code, 78, "a server and a program of one name");
  assert.match(stderr, /"a"/);
});
