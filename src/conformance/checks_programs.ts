import { type Check, expect, same } from "./check.ts";
import { program } from "./subject.ts";

export const PROGRAM_CHECKS: readonly Check[] = [
  {
    id: "programs.one-command",
    says: "start -- CMD supervises one command without a configuration",
    async run(subject) {
      const command = ["/bin/sh", "-c", "echo hello-from-child; exec sleep 1000"];
      await subject.start("--port", `${subject.port}`, "--", ...command);
      const [first] = await subject.until("a program", async () => (await subject.status()).programs);
      await subject.untilRunning(first?.name ?? "");
      await subject.until(
        "its output",
        async () => (await subject.run(["logs", first?.name ?? ""])).stdout.includes("hello-from-child"),
      );
    },
  },
  {
    id: "programs.restart",
    says: "a program that was killed is started again",
    async run(subject) {
      const web = await subject.nameLike("web");
      await subject.startWith(program(web, "sleep 1000", 'restart = "always"'));
      const first = await subject.untilRunning(web);
      subject.signal(first, "SIGKILL");
      await subject.until("another process", async () => {
        const pid = (await subject.program(web))?.pid;
        return pid && pid !== first;
      });
    },
  },
  {
    id: "programs.grandchildren",
    says: "a stop reaches what a program has started",
    async run(subject) {
      const tree = await subject.nameLike("tree");
      await subject.startWith(program(tree, "sleep 1000 & sleep 1000 & wait"));
      const pid = await subject.untilRunning(tree);
      const { processes } = subject.bench;
      const children = await subject.until("its children", () => {
        const found = processes.list().filter(({ ppid }) => ppid === pid).map((one) => one.pid);
        return found.length === 2 ? found : undefined;
      });
      await subject.run(["stop"]);
      same("survivors", [pid, ...children].filter((one) => subject.isAlive(one)), []);
    },
  },
  {
    id: "programs.missing",
    says: "a command that does not exist fails with its reason, and the others run",
    async run(subject) {
      const [ghost, ok] = [await subject.nameLike("ghost"), await subject.nameLike("ok")];
      const missing = `\n[[program]]\nname = "${ghost}"\ncommand = ["/no/such/thing"]\n`;
      await subject.startWith(missing + program(ok, "sleep 1000"));
      await subject.untilRunning(ok);
      const state = (await subject.program(ghost))?.state;
      expect(["failed", "backoff"].includes(state ?? ""), `${ghost} is ${state}`);
    },
  },
  {
    id: "programs.stubborn",
    says: "what ignores TERM is killed at its stop_timeout",
    async run(subject) {
      const mule = await subject.nameLike("mule");
      await subject.startWith(program(mule, "trap '' TERM; while :; do sleep 0.2; done", 'stop_timeout = "1s"'));
      const pid = await subject.untilRunning(mule);
      same("exit code", (await subject.run(["programs", "stop", mule])).code, 0);
      expect(!subject.isAlive(pid), "it lives");
    },
  },
  {
    id: "programs.adopted",
    says: "the daemon's death is harmless: programs run on, lose no output, and are adopted",
    async run(subject) {
      const counting = "i=0; while :; do echo n $i; i=$((i+1)); sleep 0.01; done";
      const count = await subject.nameLike("count");
      await subject.startWith(program(count, counting));
      const child = await subject.untilRunning(count);
      const path = (await subject.program(count))?.log_file ?? "";
      const lines = () => subject.bench.files.readText(path).match(/n \d+/g) ?? [];
      for (let round = 0; round < 2; round++) {
        const [pid, written] = [subject.pid(), lines().length];
        subject.signal(pid, "SIGKILL");
        await subject.untilDead(pid);
        expect(subject.isAlive(child), "the program died with the daemon");
        await subject.start();
        same("the program", await subject.untilRunning(count), child);
        await subject.until("more lines", () => lines().length > written + 20);
      }
      await subject.run(["stop"]);
      same("lines", lines(), lines().map((_, index) => `n ${index}`));
    },
  },
  {
    id: "programs.verbs",
    says: "programs stop, start and restart do what they say; an unknown name fails with the nearest one",
    async run(subject) {
      const web = await subject.nameLike("web");
      await subject.startWith(program(web, "sleep 1000"));
      const first = await subject.untilRunning(web);
      same("stop", (await subject.run(["programs", "stop", web])).code, 0);
      expect(!subject.isAlive(first), "it lives");
      same("start", (await subject.run(["programs", "start", web])).code, 0);
      const second = await subject.untilRunning(web);
      same("restart", (await subject.run(["programs", "restart", web])).code, 0);
      expect((await subject.untilRunning(web)) !== second, "it was not restarted");
      const unknown = await subject.run(["programs", "stop", `${web}x`]);
      expect(unknown.code !== 0 && unknown.stderr.includes(`"${web}"`), `an unknown name gives ${unknown.code}`);
    },
  },
];
