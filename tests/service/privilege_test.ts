/** What a root daemon refuses to rely on, and what it does with its rights; with the compiled binary. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { BINARY, Instance, program, type RunResult, until } from "../support/instance.ts";

const NOBODY = 65534;
const isRoot = Deno.uid() === 0;
const skipped = isRoot ? "" : " (skipped: not root)";

/** Makes one thing changeable by others; returns its path. */
interface Opening {
  readonly about: string;
  readonly open: (instance: Instance, places: Places) => string;
  readonly says: RegExp;
  readonly mends: (path: string) => string;
}

/** Files outside the home, which is closed anyway. */
interface Places {
  readonly directory: string;
  readonly config: string;
  readonly variables: string;
  readonly token: string;
}

function mode(path: string, bits: number): string {
  fs.chmodSync(path, bits);
  return path;
}

const OPENINGS: readonly Opening[] = [
  {
    about: "everybody can write the configuration",
    open: (_, { config }) => mode(config, 0o666),
    says: /cannot trust configuration ".*": others can write to it \(mode 0666\), and we are root/,
    mends: (path) => `close it: chmod 644 "${path}"`,
  },
  {
    about: "a group can write the configuration",
    open: (_, { config }) => mode(config, 0o660),
    says: /cannot trust configuration ".*": others can write to it \(mode 0660\), and we are root/,
    mends: (path) => `close it: chmod 640 "${path}"`,
  },
  {
    about: "the configuration is somebody else's",
    open(_, { config }) {
      fs.chownSync(config, NOBODY, NOBODY);
      return config;
    },
    says: /cannot trust configuration ".*": it belongs to user 65534, and we are root/,
    mends: (path) => `look at it, then take it over: chown root "${path}"`,
  },
  {
    about: "everybody can exchange the configuration in its directory",
    open: (_, { directory }) => mode(directory, 0o777),
    says: /cannot trust configuration ".*": others can write to its directory ".*" \(mode 0777\), and we are root/,
    mends: (path) => `close it: chmod 755 "${path}"`,
  },
  {
    about: "everybody can write an env_file",
    open: (_, { variables }) => mode(variables, 0o646),
    says: /cannot trust env_file ".*": others can write to it \(mode 0646\), and we are root/,
    mends: (path) => `close it: chmod 644 "${path}"`,
  },
  {
    about: "a group can write the token",
    open: (_, { token }) => mode(token, 0o620),
    says: /cannot trust token file ".*": others can write to it \(mode 0620\), and we are root/,
    mends: (path) => `close it: chmod 600 "${path}"`,
  },
];

/** A configuration in a directory of its own, with all that it can name. */
function places(instance: Instance, more = ""): Places {
  const directory = join(instance.home, "etc");
  fs.mkdirSync(directory, { mode: 0o755 });
  const [config, variables, token] = ["appd.toml", "variables", "token"].map((name) => join(directory, name));
  assert.ok(config && variables && token);
  fs.writeFileSync(variables, "A=1\n", { mode: 0o644 });
  fs.writeFileSync(token, "0123456789abcdef0123456789abcdef\n", { mode: 0o600 });
  const web = program("web", "exec sleep 600", `env_file = "${variables}"`);
  const server = `[server]\nport = ${instance.port}\ntoken_file = "${token}"\n`;
  fs.writeFileSync(config, server + web + more, { mode: 0o644 });
  return { directory, config, variables, token };
}

/** Without a change of its mode, which the runtime's own function makes. */
function append(path: string, text: string): void {
  const fd = fs.openSync(path, "a");
  fs.writeSync(fd, text);
  fs.closeSync(fd);
}

function run(instance: Instance, { config }: Places, ...words: string[]): Promise<RunResult> {
  return instance.run([...words, "--config", config]);
}

for (const { about, open, says, mends } of OPENINGS) {
  Deno.test({
    name: `root, and ${about}: refused with 77 at a start, a warning of check, and a reload changes nothing${skipped}`,
    ignore: !isRoot,
    async fn() {
      await using instance = new Instance();
      const all = places(instance);
      assert.equal((await run(instance, all, "start")).code, 0);
      const path = open(instance, all);
      const hint = mends(path);

      const check = await run(instance, all, "config", "check");
      assert.equal(check.code, 0);
      assert.match(check.stderr, says);
      assert.ok(check.stderr.includes(`the daemon does not start: `) && check.stderr.includes(hint), check.stderr);

      append(all.config, program("second", "exec sleep 600"));
      const reload = await run(instance, all, "reload");
      assert.notEqual(reload.code, 0);
      assert.match(reload.stderr, says);
      assert.ok(reload.stderr.includes(hint), reload.stderr);
      const names = (await instance.status()).programs.map(({ name }: { name: string }) => name);
      assert.deepEqual(names, ["web"], "the old configuration lives on");

      const restart = await run(instance, all, "restart");
      assert.equal(restart.code, 77, restart.stderr);
      assert.equal((await instance.status()).state, "ready", "refused before anything is stopped");

      assert.equal((await instance.run(["stop"])).code, 0);
      const refused = await run(instance, all, "start");
      assert.equal(refused.code, 77, refused.stderr);
      assert.match(refused.stderr, says);
      assert.ok(refused.stderr.includes(`hint: ${hint}`), refused.stderr);

      const mended = new Deno.Command("/bin/sh", { args: ["-c", hint.replace(/^.*: /, "")] }).outputSync();
      assert.ok(mended.success);
      assert.equal((await run(instance, all, "start")).code, 0, "what the hint says mends it");
    },
  });
}

const canMount = isRoot && new Deno.Command("unshare", { args: ["--mount", "true"] }).outputSync().success;
Deno.test({
  name: `on a read-only file system nobody can write, whatever the bits say${canMount ? "" : " (skipped: no mounts)"}`,
  ignore: !canMount,
  async fn() {
    await using instance = new Instance();
    const all = places(instance);
    for (const [path, bits] of [[all.directory, 0o777], [all.config, 0o666]] as const) fs.chmodSync(path, bits);
    const script = 'mount --make-rprivate / && mount --bind "$D" "$D" && mount -o remount,ro,bind "$D" && exec "$@"';
    const args = ["--mount", "/bin/sh", "-c", script, "sh", BINARY, "config", "check", "--config", all.config];
    const check = (wrap: string[]) =>
      new Deno.Command(wrap[0] ?? "", { args: wrap.slice(1), env: { D: all.directory } });
    const { stderr } = await check(["unshare", ...args]).output();
    assert.doesNotMatch(new TextDecoder().decode(stderr), /trust/);
    const open = await check(args.slice(5)).output();
    assert.match(new TextDecoder().decode(open.stderr), /cannot trust configuration/, "and elsewhere it is said");
  },
});

Deno.test({
  name: `a daemon that is not root's starts, and warns only of what everybody can write${skipped}`,
  ignore: !isRoot,
  async fn() {
    for (const [bits, isSaid] of [[0o664, false], [0o666, true]] as const) {
      await using instance = new Instance();
      instance.write(program("web", "exec sleep 600"));
      const config = mode(join(instance.home, "config.toml"), bits);
      for (const path of [instance.home, config]) fs.chownSync(path, NOBODY, NOBODY);
      const as = (...args: string[]) =>
        new Deno.Command(BINARY, { args, uid: NOBODY, gid: NOBODY, clearEnv: true, env: instance.env(), cwd: "/" })
          .output();
      const check = await as("config", "check");
      assert.equal(check.code, 0);
      const said = new TextDecoder().decode(check.stderr);
      assert.equal(said.includes(`others can write to it (mode 0666); close it: chmod 644 "${config}"`), isSaid, said);
      assert.equal((await as("start")).code, 0);
      const log = fs.readFileSync(join(instance.home, "daemon.log"), "utf8");
      assert.equal(/doubtful configuration.*others can write/.test(log), isSaid, log);
      assert.equal((await as("stop")).code, 0);
    }
  },
});

Deno.test({
  name: `scripts and commands that run as root and that others can write are named, by check and doctor${skipped}`,
  ignore: !isRoot,
  async fn() {
    await using instance = new Instance();
    const files = ["command", "script.sh", "job.sh", "nobodys", "closed"].map((name) => {
      const path = join(instance.home, name);
      fs.writeFileSync(path, "#!/bin/sh\nexec sleep 600\n");
      return mode(path, name === "closed" ? 0o755 : 0o777);
    });
    const [command, script, job, nobodys, closed] = files;
    const section = (kind: string, name: string, words: unknown[], more = "") =>
      `[[${kind}]]\nname = "${name}"\ncommand = ${JSON.stringify(words)}\n${more}\n`;
    instance.write([
      section("program", "a", [command]),
      section("program", "b", ["sh", "-e", script]),
      section("program", "c", [nobodys], 'user = "nobody"'),
      section("program", "d", [closed, command]),
      section("program", "e", ["sh", "-c", command]),
      section("job", "f", [job]),
    ].join("\n"));
    const { stderr } = await instance.run(["config", "check"]);
    for (const path of [command, script, job]) {
      assert.ok(stderr.includes(`"${path}" runs as root, and others can write to it (mode 0777)`), stderr);
    }
    assert.equal(stderr.match(/runs as root/g)?.length, 3, stderr);
    assert.match(stderr, /config\.toml:\d+:\d+: program\.b\.command\[3\] /, "with its place");
    const doctor = JSON.parse((await instance.run(["doctor", "--json"])).stdout) as { findings: { id: string }[] };
    assert.equal(doctor.findings.filter(({ id }) => id === "commands.open").length, 3);
  },
});

/** A port below 1024 that nobody has. */
function privilegedPort(): number {
  for (let port = 1023; port > 900; port--) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  return assert.fail("all ports are taken");
}

Deno.test({
  name: `a root daemon has a port that only root can have, and its program runs as nobody${skipped}`,
  ignore: !isRoot,
  async fn() {
    const port = privilegedPort();
    await using instance = new Instance(
      `[server]\nport = ${port}\n${program("web", "exec sleep 600", 'user = "nobody"\ncwd = "/"')}`,
    );
    assert.equal((await instance.run(["start"])).code, 0);
    const response = await fetch(`http://127.0.0.1:${port}/livez`);
    assert.equal(response.status, 200);
    await response.body?.cancel();
    const pid = await until("its program", async () => (await instance.status()).programs[0].pid as number | null);
    await until("it runs as nobody", () => uids(pid).join() === [NOBODY, NOBODY, NOBODY, NOBODY].join());
    assert.deepEqual(uids(instance.pid()), [0, 0, 0, 0]);
  },
});

/** Real, effective, saved and file system user: proc_pid_status(5). */
function uids(pid: number): number[] {
  const [, text = ""] = /^Uid:\t(.*)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return text.split("\t").map(Number);
}
