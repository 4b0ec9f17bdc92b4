import { type Check, expect, matches, same } from "./check.ts";
import { program, type Subject } from "./subject.ts";

/** Keys of `status --json` that clients rely on. */
const STATUS_KEYS = [
  ...["name", "instance", "state", "pid", "version", "uptime_s", "started_at", "url", "health", "home", "config_file"],
  ...["log_file", "pid_file", "socket", "programs", "jobs", "scheduler", "last_reload", "shutdown"],
];

/** Starts `run` in the foreground; resolves with its PID when it answers. */
async function foreground(subject: Subject, shell = "") {
  subject.configure("");
  const script = `${shell} exec '${subject.binary}' run`;
  const ended = subject.shell(script);
  await subject.until("an answer", async () => (await subject.get("/health")).status === 200);
  return { pid: subject.pid(), ended };
}

export const LIFE_CHECKS: readonly Check[] = [
  {
    id: "life.ready",
    says: "when start returns, the daemon serves and says so",
    async run(subject) {
      const pid = await subject.startWith("");
      const health = await subject.get("/health");
      same("GET /health", [health.status, JSON.parse(health.body).status], [200, "healthy"]);
      const { state, pid: told } = await subject.status();
      same("status", [state, told], ["ready", pid]);
    },
  },
  {
    id: "life.one-line",
    says: "start prints one line with the PID, and --quiet nothing",
    async run(subject) {
      subject.configure("");
      const { stdout, stderr } = await subject.start();
      same("lines", stdout.trimEnd().split("\n").length, 1);
      matches("line", stdout, new RegExp(`\\b${subject.pid()}\\b`));
      same("stderr", stderr, "");
      await subject.run(["stop", "--quiet"]);
      same("start --quiet", (await subject.start("--quiet")).stdout, "");
    },
  },
  {
    id: "life.no-configuration",
    says: "it starts without any configuration file",
    async run(subject) {
      await subject.start("--port", `${subject.port}`);
      same("GET /health", (await subject.get("/health")).status, 200);
    },
  },
  {
    id: "life.detached",
    says: "the daemon leads a session of its own, has no terminal, is nobody's job, and stands in /",
    source: "daemon(7)",
    async run(subject) {
      const pid = await subject.startWith("");
      const { sid, ppid } = subject.bench.processes.stat(pid) ?? {};
      same("session", sid, pid);
      const shell = await subject.shell(`readlink /proc/${pid}/cwd /proc/${pid}/fd/0; ps -o tty= -p ${pid}`);
      same("directory, stdin and terminal", shell.stdout.split(/\s+/).filter(Boolean), ["/", "/dev/null", "?"]);
      expect(ppid !== subject.bench.processes.self, "the daemon is still our child");
    },
  },
  {
    id: "life.pipe",
    says: "start returns at once when its output goes through a pipe",
    async run(subject) {
      subject.configure("");
      const ran = await subject.shell(`'${subject.binary}' --daemon | cat`, { limitMs: 20_000 });
      same("exit code and stderr", [ran.code, ran.stderr], [0, ""]);
      same("status", (await subject.run(["status"])).code, 0);
    },
  },
  {
    id: "life.again",
    says: "a second start is 0 and names the PID; a second run is 75",
    async run(subject) {
      const pid = await subject.startWith("");
      matches("start", (await subject.start()).stdout, new RegExp(`\\b${pid}\\b`));
      same("run", (await subject.run(["run"])).code, 75);
      same("PID file", subject.pid(), pid);
    },
  },
  {
    id: "life.ten-starts",
    says: "ten starts at the same time make one daemon",
    async run(subject) {
      subject.configure("");
      const ran = await Promise.all(Array.from({ length: 10 }, () => subject.run(["start"])));
      same("exit codes", [...new Set(ran.map(({ code }) => code))], [0]);
      const pid = subject.pid();
      same("those who name its PID", ran.filter(({ stdout }) => stdout.includes(`${pid}`)).length, 10);
      const { processes } = subject.bench;
      const daemons = subject.processes().filter((one) => processes.commandLine(one)[0] === subject.binary);
      same("daemons", daemons, [pid]);
    },
  },
  {
    id: "life.stop",
    says: "stop returns when the process is gone, and leaves no PID file",
    async run(subject) {
      const pid = await subject.startWith("");
      same("exit code", (await subject.run(["stop"])).code, 0);
      expect(!subject.isAlive(pid), "the daemon lives");
      expect(!subject.exists("daemon.pid"), "the PID file is there");
      same("status", (await subject.run(["status"])).code, 3);
    },
  },
  {
    id: "life.stop-again",
    says: "stop is 0 when nothing runs",
    source: "LSB 5.0, init script actions",
    async run(subject) {
      subject.configure("");
      same("exit code", (await subject.run(["stop"])).code, 0);
    },
  },
  {
    id: "life.flags",
    says: "--daemon --status --log-rotate --restart --stop do what the verbs do",
    async run(subject) {
      subject.configure("");
      const codes = [];
      for (const flag of ["--daemon", "--status", "--log-rotate", "--restart", "--stop", "--status"]) {
        codes.push((await subject.run([flag])).code);
      }
      same("exit codes", codes, [0, 0, 0, 0, 0, 3]);
    },
  },
  {
    id: "life.status-stopped",
    says: "status of what does not run is 3, in the same shape",
    source: "LSB 5.0, init script actions",
    async run(subject) {
      subject.configure("");
      const ran = await subject.run(["status", "--json"]);
      const status = JSON.parse(ran.stdout);
      same("exit code, state, pid", [ran.code, status.state, status.pid], [3, "stopped", null]);
      same("missing keys", STATUS_KEYS.filter((key) => !(key in status)), []);
    },
  },
  {
    id: "life.status",
    says: "status says state, PID, uptime and where its files are, for people and as JSON",
    async run(subject) {
      const pid = await subject.startWith("");
      const status = await subject.status();
      same("missing keys", STATUS_KEYS.filter((key) => !(key in status)), []);
      same("home", status.home, subject.home);
      const { stdout } = await subject.run(["status"]);
      for (const word of [`${pid}`, "config.toml", "daemon.log", "daemon.pid"]) {
        expect(stdout.includes(word), `status lacks ${word}`);
      }
      same("--strict", (await subject.run(["status", "--strict"])).code, 0);
    },
  },
  {
    id: "life.killed",
    says: "after kill -9 status is 1, and the next start needs nobody to clean up",
    async run(subject) {
      const pid = await subject.startWith("");
      subject.signal(pid, "SIGKILL");
      await subject.untilDead(pid);
      same("status", (await subject.run(["status"])).code, 1);
      await subject.start();
      expect(subject.pid() !== pid, "the PID is the old one");
      same("GET /health", (await subject.get("/health")).status, 200);
    },
  },
  {
    id: "life.restart",
    says: "restart gives a new daemon; with a broken configuration it is 78 and the old one stays",
    async run(subject) {
      const pid = await subject.startWith("");
      same("restart", (await subject.run(["restart"])).code, 0);
      const second = subject.pid();
      expect(second !== pid && !subject.isAlive(pid), "it is the old one");
      subject.configure('[log]\nlevel = "loud"\n');
      same("restart with a broken file", (await subject.run(["restart"])).code, 78);
      expect(subject.isAlive(second) && subject.pid() === second, "the old one was stopped");
    },
  },
  {
    id: "life.foreground",
    says: "run serves in the foreground, logs to stderr, and ends with 0 on TERM",
    async run(subject) {
      const { pid, ended } = await foreground(subject);
      subject.signal(pid, "SIGTERM");
      const { code, stdout, stderr } = await ended;
      same("exit code", code, 0);
      same("stdout", stdout, "");
      matches("stderr", stderr, / INFO +\w/);
      expect(!subject.exists("daemon.pid"), "the PID file is there");
    },
  },
  {
    id: "life.interrupt",
    says: "INT ends it as TERM does",
    async run(subject) {
      const { pid, ended } = await foreground(subject);
      subject.signal(pid, "SIGINT");
      same("exit code", (await ended).code, 0);
    },
  },
  {
    id: "life.fifty-terms",
    says: "fifty TERMs are one shutdown; meanwhile /health is 503 and says stopping",
    async run(subject) {
      const slow = await subject.nameLike("slow");
      const [armed, go] = [`'${subject.home}/armed'`, `'${subject.home}/go'`];
      const trap = `end() { until [ -e ${go} ]; do sleep 0.1; done; exit 0; }; trap end TERM`;
      const pid = await subject.startWith(program(slow, `${trap}; : >${armed}; while :; do sleep 0.1; done`));
      await subject.until("its trap", () => subject.exists("armed"));
      for (let count = 0; count < 50; count++) subject.signal(pid, "SIGTERM");
      const answer = await subject.until("503", async () => {
        const health = await subject.get("/health");
        return health.status === 503 ? health : undefined;
      });
      same("status", JSON.parse(answer.body).status, "stopping");
      subject.write("go", "");
      await subject.untilDead(pid, 20_000);
      expect(!subject.exists("daemon.pid"), "the PID file is there");
    },
  },
  {
    id: "life.deadline",
    says: "stop --timeout ends also what does not want to",
    async run(subject) {
      const mule = await subject.nameLike("mule");
      const deaf = "trap '' TERM; while :; do sleep 0.2; done";
      const pid = await subject.startWith(program(mule, deaf, 'stop_timeout = "60s"'));
      await subject.untilRunning(mule);
      const began = subject.bench.clock.monotonic();
      same("exit code", (await subject.run(["stop", "--timeout", "2s"])).code, 0);
      const took = subject.bench.clock.monotonic() - began;
      expect(took < 20_000, `it took ${Math.round(took)} ms`);
      expect(!subject.isAlive(pid), "the daemon lives");
    },
  },
];
