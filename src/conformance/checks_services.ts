import { type Check, expect, matches, same } from "./check.ts";

export const SERVICE_CHECKS: readonly Check[] = [
  {
    id: "services.systemd",
    says: "generate systemd prints a unit for this binary: Type=notify, its own reload, a stop that fits",
    source: "systemd.service(5)",
    async run(subject) {
      const { code, stdout } = await subject.run(["generate", "systemd"]);
      same("exit code", code, 0);
      for (const line of [/^Type=notify$/m, /^ExecReload=/m, /^TimeoutStopSec=/m, /^Restart=/m, /^KillMode=mixed$/m]) {
        matches("unit", stdout, line);
      }
      matches("ExecStart", stdout, new RegExp(`^ExecStart=\\S*${subject.name} .*run`, "m"));
      expect(!/^PIDFile=/m.test(stdout), "the unit has a PIDFile");
    },
  },
  {
    id: "services.launchd",
    says: "generate launchd prints a property list with RunAtLoad and KeepAlive",
    source: "launchd.plist(5)",
    async run(subject) {
      const { code, stdout } = await subject.run(["generate", "launchd"]);
      same("exit code", code, 0);
      for (const key of ["Label", "ProgramArguments", "RunAtLoad", "KeepAlive", "ExitTimeOut"]) {
        matches("property list", stdout, new RegExp(`<key>${key}</key>`));
      }
    },
  },
  {
    id: "services.kinds",
    says: "every kind of service file can be made",
    async run(subject) {
      const help = (await subject.run(["generate", "--help"])).stdout;
      for (const kind of ["openrc", "runit", "s6", "logrotate", "kubernetes", "compose"]) {
        matches("help", help, new RegExp(`\\b${kind}\\b`));
        same(`exit code of generate ${kind}`, (await subject.run(["generate", kind])).code, 0);
      }
    },
  },
  {
    id: "services.install-plan",
    says: "install --dry-run says what it would write, and writes nothing",
    async run(subject) {
      const { code, stdout } = await subject.run(["install", "--dry-run", "--user"]);
      expect(code === 0 || code === 3, `the exit code is ${code}`);
      if (code === 0) matches("plan", stdout, /systemd|LaunchAgents|init\.d/);
      expect(!subject.exists("daemon.pid"), "something was started");
    },
  },
  {
    id: "services.foreground",
    says: "under systemd, which sets INVOCATION_ID, start stays in the foreground",
    source: "systemd.exec(5)",
    async run(subject) {
      subject.configure("");
      const env = { INVOCATION_ID: "0123456789abcdef0123456789abcdef" };
      const ended = subject.run(["start"], { env });
      await subject.until("an answer", async () => (await subject.get("/health")).status === 200);
      const pid = subject.pid();
      subject.signal(pid, "SIGTERM");
      same("exit code", (await ended).code, 0);
    },
  },
  {
    id: "services.health",
    says: "health is 0 when all is well, and 1 when nothing runs",
    async run(subject) {
      subject.configure("");
      same("before", (await subject.run(["health"])).code, 1);
      await subject.start();
      same("while it runs", (await subject.run(["health"])).code, 0);
    },
  },
  {
    id: "services.doctor",
    says: "doctor looks and gives each finding an id, a reason and a command",
    async run(subject) {
      await subject.startWith("");
      const { code, stdout } = await subject.run(["doctor", "--json"]);
      expect(code === 0 || code === 1, `the exit code is ${code}`);
      const { findings } = JSON.parse(stdout);
      expect(Array.isArray(findings), "there are no findings");
    },
  },
];
