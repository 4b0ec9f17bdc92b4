/** Faults planted one by one on the compiled binary: doctor finds each, and nothing else; --fix mends what is safe. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { BINARY, Instance, program, remains, signal, until } from "./support/instance.ts";

const NOBODY = 65534;
/** And may have mounts of its own, which root may not in every container. */
const IS_ROOT = Deno.uid() === 0 && new Deno.Command("unshare", { args: ["--mount", "true"] }).outputSync().success;

interface Reported {
  readonly id: string;
  readonly check: string;
  readonly severity: string;
  readonly what: string;
  readonly why: string;
  readonly hint: string;
  readonly fix: { readonly what: string; readonly done: boolean; readonly error: string | null } | null;
}

interface Report {
  readonly code: number;
  readonly ok: boolean;
  readonly checks: readonly { readonly id: string; readonly looks_at: string; readonly findings: number }[];
  readonly findings: readonly Reported[];
}

/** What undoes a fault that lives outside the home. */
type Undo = () => unknown;

interface Fault {
  readonly about: string;
  readonly plant: (instance: Instance, env: Record<string, string>) => void | Undo | Promise<void | Undo>;
  /** Ids of everything that is to be found; of some, words of the sentence. */
  readonly finds: readonly string[];
  readonly says?: RegExp;
  /** `--fix` leaves nothing. */
  readonly mends?: boolean;
  readonly asRoot?: true;
  /** Words in front of the command. */
  readonly wrap?: readonly string[] | undefined;
  readonly config?: string;
  /** A copy of the binary in the home that is asked instead. */
  readonly binary?: string;
}

const at = (instance: Instance, name: string) => join(instance.home, name);

function put(instance: Instance, name: string, text = "", mode = 0o600): string {
  const path = at(instance, name);
  fs.mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
  fs.writeFileSync(path, text);
  fs.chmodSync(path, mode);
  return path;
}

/** A process that has nothing to do with us. */
function stranger(): Deno.ChildProcess {
  return new Deno.Command("sleep", { args: ["300"], stdin: "null", stdout: "null", stderr: "null" }).spawn();
}

async function end(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await child.status;
}

/** Starts the daemon and kills it, so that it cleans nothing up. */
async function kill(instance: Instance): Promise<void> {
  await instance.start();
  const pid = instance.pid();
  signal(pid, "SIGKILL");
  await until("the daemon to be gone", () => !remains(pid));
}

function commandOf(pid: number): string {
  return fs.readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}

function unit(instance: Instance, binary: string): void {
  put(instance, ".config/systemd/user/appd.service", `[Service]\nExecStart=${binary} --home ${instance.home} run\n`);
}

function socketAt(path: string): void {
  const script = "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])";
  assert.ok(new Deno.Command("python3", { args: ["-c", script, path] }).outputSync().success);
}

/** Runs a command in a mount namespace of its own, in which the home is read-only. */
const READ_ONLY = 'mount --make-rprivate / && mount --bind "$HOME" "$HOME" && ' +
  'mount -o remount,ro,bind "$HOME" && exec "$@"';

const FAULTS: readonly Fault[] = [
  {
    about: "a PID file whose process is gone",
    plant: (i) => void put(i, "daemon.pid", "4194303\n", 0o644),
    finds: ["pid-file.stale"],
    says: /PID 4194303 is gone/,
    mends: true,
  },
  {
    about: "a PID file that names a stranger",
    plant(i) {
      const child = stranger();
      put(i, "daemon.pid", `${child.pid}\n`, 0o644);
      return () => end(child);
    },
    finds: ["pid-file.stale"],
    says: /PID \d+ \(.*sleep\) is not the daemon/,
    mends: true,
  },
  {
    about: "a home that everybody can write to",
    plant: (i) => fs.chmodSync(i.home, 0o777),
    finds: ["directories.open"],
    mends: true,
  },
  {
    about: "a directory above the home that everybody can write to",
    plant: (i, env) => {
      fs.mkdirSync(at(i, "above"), { mode: 0o700 });
      fs.chmodSync(at(i, "above"), 0o777);
      put(i, "above/home/config.toml", "[server]\nport = 0\n");
      env.APPD_HOME = at(i, "above/home");
    },
    finds: ["ways.open"],
    says: /others can write to ".*\/above", which is above the home ".*\/above\/home" \(mode 0777\)/,
  },
  {
    about: "a directory above the binary that belongs to another user, as root",
    plant: (i) => {
      fs.mkdirSync(at(i, "theirs"), { mode: 0o755 });
      fs.chownSync(at(i, "theirs"), NOBODY, NOBODY);
      fs.copyFileSync(BINARY, at(i, "theirs/appd"));
      fs.chmodSync(at(i, "theirs/appd"), 0o757);
    },
    binary: "theirs/appd",
    finds: ["ways.open", "ways.owner"],
    says: /user 65534 owns ".*\/theirs", which is above the binary/,
    asRoot: true,
  },
  {
    about: "a configuration that everybody can write to",
    plant: (i) => fs.chmodSync(at(i, "config.toml"), 0o666),
    finds: ["files.open"],
    says: /configuration/,
    mends: true,
  },
  {
    about: "a configuration that the group can write to, as root",
    plant: (i) => fs.chmodSync(at(i, "config.toml"), 0o660),
    finds: ["files.open"],
    mends: true,
    asRoot: true,
  },
  {
    about: "a configuration of another user",
    plant: (i) => fs.chownSync(at(i, "config.toml"), NOBODY, NOBODY),
    finds: ["files.owner"],
    asRoot: true,
  },
  {
    about: "a PID file of another user",
    plant: (i) => fs.chownSync(put(i, "daemon.pid", "4194303\n", 0o644), NOBODY, NOBODY),
    finds: ["files.owner"],
    says: /PID file .* belongs to user 65534/,
    asRoot: true,
  },
  {
    about: "a home of another user",
    plant: (i) => fs.chownSync(i.home, NOBODY, NOBODY),
    finds: ["directories.owner"],
    asRoot: true,
  },
  {
    about: "a home that its user cannot write to",
    plant(i) {
      fs.chownSync(at(i, "config.toml"), NOBODY, NOBODY);
      fs.chownSync(i.home, NOBODY, NOBODY);
      fs.chmodSync(i.home, 0o500);
    },
    wrap: ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"],
    finds: ["directories.unwritable"],
    asRoot: true,
  },
  {
    about: "a home on a read-only file system",
    plant: () => {},
    wrap: ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh"],
    finds: ["directories.read-only"],
    asRoot: true,
  },
  {
    about: "a symbolic link in the place of the state file",
    plant: (i) => fs.symlinkSync("/dev/null", at(i, "state.json")),
    finds: ["files.symlink"],
  },
  {
    about: "a file in the place of the control socket",
    plant: (i) => void put(i, "control.sock"),
    finds: ["files.kind"],
  },
  {
    about: "a token that others can read",
    config: '[server]\nport = 0\ntoken_file = "token"\n',
    plant: (i) => void put(i, "token", "0123456789abcdef0123456789\n", 0o644),
    finds: ["token.open"],
    mends: true,
  },
  {
    about: "a token file that is missing",
    config: '[server]\nport = 0\ntoken_file = "token"\n',
    plant: () => {},
    finds: ["token.unusable"],
  },
  {
    about: "a directory for the PID file that is missing",
    config: '[daemon]\npid_file = "run/appd/daemon.pid"\n',
    plant: () => {},
    finds: ["directories.missing"],
    mends: true,
  },
  {
    about: "a port that another process holds",
    plant(i) {
      const listener = Deno.listen({ hostname: "127.0.0.1", port: i.port });
      return () => listener.close();
    },
    finds: ["port.taken"],
    says: new RegExp(`held by PID ${Deno.pid} \\(.*deno.*\\)`),
  },
  {
    about: "an address that this host does not have",
    config: '[server]\nbind = "192.0.2.1"\nport = 18321\ntoken_file = "token"\n',
    plant: (i) => void put(i, "token", "0123456789abcdef0123456789\n"),
    finds: ["port.address"],
  },
  {
    about: "another instance with the same port",
    plant: (i) => void put(i, "other/config.toml", `[server]\nport = ${i.port}\n`),
    finds: ["instances.port"],
    says: /"other"/,
  },
  {
    about: "a daemon whose lock was removed under it",
    async plant(i) {
      await i.start();
      const pid = i.pid();
      fs.rmSync(at(i, "daemon.lock"));
      return async () => {
        signal(pid, "SIGKILL");
        await until("the ghost to be gone", () => !remains(pid));
      };
    },
    config: `[server]\nport = 0\n${program("web", "sleep 300")}`,
    finds: ["instances.ghost"],
  },
  {
    about: "a control socket that nobody listens on",
    plant: (i) => socketAt(at(i, "control.sock")),
    finds: ["socket.stale"],
    mends: true,
  },
  {
    about: "a daemon that hangs",
    async plant(i) {
      await i.start();
      const pid = i.pid();
      signal(pid, "SIGSTOP");
      return () => signal(pid, "SIGCONT");
    },
    config: "[server]\nport = 0\n",
    finds: ["daemon.hung"],
    says: /halted by a signal/,
  },
  {
    about: "what a daemon that died has left",
    config: `[server]\nport = 0\n${program("web", "sleep 300 & wait")}`,
    plant: async (i) => {
      await kill(i);
      await until("its child", () => i.programs().some((pid) => commandOf(pid) === "sleep"));
    },
    finds: ["leftovers.running", "pid-file.stale", "socket.stale"],
    says: /web: PID \d+ \(\/bin\/sh\), PID \d+ \(sleep\)/,
    mends: true,
  },
  {
    about: "a check of the daemon's own that fails",
    config: '[server]\nport = 0\n[[repository]]\nname = "repo"\npath = "repo"\n',
    plant: async (i) => {
      brokenRepository(at(i, "repo"));
      await i.start();
      await until(
        "it to look",
        async () => {
          const { checks } = JSON.parse((await i.run(["health", "--json"])).stdout);
          return !["not checked yet", undefined].includes(checks["repository repo"]?.error);
        },
      );
    },
    finds: ["health.failing"],
    says: /check "repository repo" fails/,
  },
  {
    about: "an executable that was replaced",
    plant(i) {
      const own = at(i, "appd");
      fs.copyFileSync(BINARY, own);
      assert.ok(new Deno.Command(own, { args: ["start"], clearEnv: true, env: i.env() }).outputSync().success);
      fs.rmSync(own);
    },
    config: "[server]\nport = 0\n",
    finds: ["binary.replaced"],
  },
  {
    about: "a configuration with two errors",
    config: '[server]\nport = 99999\n[log]\nlevel = "loud"\n',
    plant: () => {},
    finds: ["config.invalid", "config.invalid"],
    says: /config\.toml:2:8: .*port/,
  },
  {
    about: "a variable that nobody reads",
    plant: (_, env) => void (env.APPD_SERVER_PROT = "1"),
    finds: ["config.doubtful"],
  },
  {
    about: "a command that is not there",
    config: '[server]\nport = 0\n[[program]]\nname = "web"\ncommand = ["no-such-command"]\n',
    plant: () => {},
    finds: ["commands.missing"],
    says: /no-such-command/,
  },
  {
    about: "a unit for a binary that is gone",
    plant: (i) => unit(i, at(i, "old/appd")),
    finds: ["units.binary-gone"],
  },
  { about: "a unit for another binary", plant: (i) => unit(i, "/bin/sh"), finds: ["units.other-binary"] },
  {
    about: "logs that may outgrow the disk",
    config: '[server]\nport = 0\n[log]\nrotate_size = "500000GiB"\nmax_total = "1000000GiB"\n',
    plant: () => {},
    finds: ["disk.forecast"],
  },
  {
    about: "a log without a limit",
    config: '[server]\nport = 0\n[log]\nrotate_size = "0B"\nmax_total = "0B"\n',
    plant: () => {},
    finds: ["disk.unlimited"],
  },
  {
    about: "a clock that was ahead",
    plant(i) {
      const tomorrow = Date.now() / 1000 + 86_400;
      fs.utimesSync(put(i, "daemon.log"), tomorrow, tomorrow);
    },
    finds: ["clock.future"],
  },
  {
    about: "a time zone that is none",
    plant: (_, env) => void (env.TZ = "Middle/Nowhere"),
    finds: ["timezone.unknown"],
  },
  {
    about: "too few open files",
    config: `[server]\nport = 0\n${program("web", "sleep 300", "instances = 50")}`,
    plant: () => {},
    wrap: ["prlimit", "--nofile=200:200", "--"],
    finds: ["limits.open-files"],
  },
  {
    about: "a damaged database",
    plant: (i) => void put(i, "appd.db", "not a database at all ".repeat(100)),
    finds: ["database.damaged"],
  },
  {
    about: "no git for a repository",
    plant(i, env) {
      brokenRepository(at(i, "repo"));
      env.PATH = "/nonexistent";
    },
    config: '[server]\nport = 0\n[[repository]]\nname = "repo"\npath = "repo"\n',
    finds: ["tools.missing"],
    says: /no "git"/,
  },
];

/** What looks like a repository, and git says is none. */
function brokenRepository(path: string): void {
  for (const name of ["objects", "refs"]) fs.mkdirSync(join(path, ".git", name), { recursive: true });
  fs.writeFileSync(join(path, ".git", "HEAD"), "nowhere\n");
}

async function doctor(
  env: Record<string, string>,
  { wrap = [], binary }: Pick<Fault, "wrap" | "binary">,
  ...args: string[]
) {
  const command = [
    ...wrap,
    binary === undefined ? BINARY : join(env.APPD_HOME ?? "", binary),
    "doctor",
    "--json",
    ...args,
  ];
  const output = await new Deno.Command(command[0] ?? "", {
    args: command.slice(1),
    clearEnv: true,
    env,
    stdin: "null",
  })
    .output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.equal(stderr, "");
  return { code: output.code, ...JSON.parse(stdout ?? "") } as Report;
}

/** Notes are about this host, and nothing is wrong then. */
const wrong = ({ findings }: Report) => findings.filter(({ severity }) => severity !== "note");
const ids = (report: Report) => wrong(report).map(({ id }) => id).sort();

async function examine(instance: Instance, fault: Fault): Promise<void> {
  fs.chmodSync(at(instance, "config.toml"), 0o600);
  const env = instance.env();
  const undo = await fault.plant(instance, env);
  try {
    const report = await doctor(env, fault);
    assert.deepEqual(ids(report), fault.finds, JSON.stringify(report.findings, null, 2));
    assert.equal(report.code, 1);
    assert.equal(report.ok, false);
    if (fault.says) assert.match(wrong(report).map(({ what }) => what).join("\n"), fault.says);
    if (fault.mends) await mends(env, fault);
  } finally {
    await undo?.();
    if (IS_ROOT) { for (const path of [instance.home, at(instance, "config.toml")]) fs.chownSync(path, 0, 0); }
  }
}

async function mends(env: Record<string, string>, fault: Fault): Promise<void> {
  const planned = await doctor(env, fault, "--fix", "--dry-run");
  assert.deepEqual(ids(planned), fault.finds);
  assert.ok(wrong(planned).every(({ fix }) => fix !== null && !fix.done), "nothing was done yet");
  const mended = await doctor(env, fault, "--fix");
  assert.equal(mended.code, 0, JSON.stringify(mended.findings, null, 2));
  assert.ok(wrong(mended).every(({ fix }) => fix?.done && fix.error === null));
  const after = await doctor(env, fault);
  assert.deepEqual([after.code, ids(after)], [0, []], JSON.stringify(after.findings, null, 2));
}

for (const fault of FAULTS) {
  Deno.test({
    name: `doctor finds ${fault.about}${fault.asRoot ? " (only as root)" : ""}`,
    ignore: fault.asRoot === true && !IS_ROOT,
    async fn() {
      await using instance = new Instance(fault.config);
      await examine(instance, fault);
    },
  });
}

Deno.test("doctor finds nothing on a clean host: before the first start, beside a daemon, and after it", async () => {
  const job = '\n[[job]]\nname = "nightly"\ncommand = ["/bin/true"]\nevery = "1h"\n';
  await using instance = new Instance(program("web", "sleep 300") + job);
  fs.chmodSync(at(instance, "config.toml"), 0o600);
  const looks = async () => ids(await doctor(instance.env(), {}));
  assert.deepEqual(await looks(), []);
  await instance.start();
  assert.deepEqual(await looks(), []);
  await instance.run(["stop"]);
  assert.deepEqual(await looks(), []);
  assert.deepEqual(fs.readdirSync(instance.home).filter((name) => /-wal|-shm|tmp/.test(name)), [], "it leaves nothing");
});

Deno.test("doctor makes nothing: a home that is not there is still not there", async () => {
  await using instance = new Instance();
  const home = at(instance, "not/yet");
  const env = instance.env({ APPD_SERVER_PORT: "0" }); // The default port may be somebody else's.
  const { code, stdout } = await instance.run(["doctor", "--home", home, "--fix"], { env });
  assert.deepEqual([code, fs.existsSync(home)], [0, false], stdout);
});

Deno.test("doctor looks into a copy of the database: also one whose daemon was killed is left as it is", async () => {
  await using instance = new Instance('[[job]]\nname = "nightly"\ncommand = ["/bin/true"]\nevery = "1h"\n');
  await kill(instance);
  const read = () => ["appd.db", "appd.db-wal"].map((name) => fs.readFileSync(at(instance, name)).toString("base64"));
  const before = read();
  const report = await doctor(instance.env(), {});
  assert.deepEqual(ids(report), ["pid-file.stale", "socket.stale"]);
  assert.deepEqual(read(), before);
});

Deno.test("doctor judges the database beside the daemon that would use it, not beside one that runs a command alone", async () => {
  await using instance = new Instance('[[job]]\nname = "nightly"\ncommand = ["/bin/true"]\nevery = "1h"\n');
  {
    using db = new DatabaseSync(at(instance, "appd.db"));
    db.exec("CREATE TABLE jobs (of_another_program TEXT)");
  }
  const found = async () => ids(await doctor(instance.env(), {})).filter((id) => id.startsWith("database."));
  assert.deepEqual(await found(), ["database.refused"], "a start would open it");
  assert.equal((await instance.run(["start", "--", "sleep", "300"])).code, 0);
  assert.deepEqual(await found(), []);
  assert.equal((await instance.run(["stop"])).code, 0);
});

Deno.test("doctor notes that a home is not there yet, and how it comes to be", async () => {
  await using instance = new Instance();
  const home = at(instance, "not/yet");
  const env = instance.env({ APPD_SERVER_PORT: "0" });
  const { code, stdout } = await instance.run(["doctor", "--home", home], { env });
  assert.equal(code, 0, stdout);
  const said = `note: the directory of the instance does not exist yet: "${home}" [directories.absent]\n`;
  assert.ok(stdout.includes(said), stdout);
  assert.ok(stdout.includes(`hint: the first start makes it: appd --home ${home} start\n`), stdout);
});

Deno.test("doctor ends nothing that a daemon may be about to take over", async () => {
  await using instance = new Instance(`[server]\nport = 0\n${program("web", "sleep 300 & wait")}`);
  fs.chmodSync(at(instance, "config.toml"), 0o600);
  await kill(instance);
  for (const name of ["daemon.pid", "control.sock"]) fs.rmSync(at(instance, name));
  const report = await doctor(instance.env(), {}, "--fix");
  assert.deepEqual(wrong(report).map(({ id, fix }) => ({ id, fix })), [{ id: "leftovers.unattended", fix: null }]);
  assert.equal(instance.programs().length > 0, true);
});

Deno.test("doctor for people: findings with reason and hint, one line at the end, all checks with --verbose", async () => {
  await using instance = new Instance();
  fs.chmodSync(at(instance, "config.toml"), 0o600);
  put(instance, "daemon.pid", "4194303\n", 0o644);
  const { code, stdout } = await instance.run(["doctor"]);
  assert.equal(code, 1);
  const path = at(instance, "daemon.pid");
  assert.match(
    stdout,
    /^warning: no daemon runs, and there is a PID file: .* \[pid-file\.stale\]\n {2}why: {2}.+\n {2}hint: .+\n/m,
  );
  assert.match(stdout, /\n\d+ checks: 1 warning[^\n]*; appd doctor --fix mends 1 of them\n$/);
  assert.match((await instance.run(["doctor", "--dry-run"])).stdout, new RegExp(` {2}fix: {2}would remove "${path}"`));
  assert.match((await instance.run(["doctor", "--verbose"])).stdout, /^ok +directories +directories are there/m);
  const fixed = await instance.run(["doctor", "--fix", "--quiet"]);
  assert.deepEqual([fixed.code, fixed.stdout.split("\n").at(-2)], [0, `mended: remove "${path}"`]);
  assert.deepEqual((await instance.run(["doctor", "--quiet"])).stdout, "");
  assert.match((await instance.run(["doctor"])).stdout, /^\d+ checks, nothing wrong$/m);
});
