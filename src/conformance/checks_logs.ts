import { type Check, expect, matches, same } from "./check.ts";
import { program } from "./subject.ts";

const RECORD = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARN|ERROR) +[\w.-]+: /;
const MANY = 100_000;

export const LOG_CHECKS: readonly Check[] = [
  {
    id: "logs.text",
    says: "each record has time (UTC), level, logger and message on one line",
    async run(subject) {
      await subject.startWith("");
      await subject.run(["stop"]);
      const wrong = subject.read("daemon.log").trimEnd().split("\n").filter((line) => !RECORD.test(line));
      same("lines of another form", wrong, []);
    },
  },
  {
    id: "logs.json",
    says: "with format = json every line is an object with timestamp, level, logger and message",
    async run(subject) {
      await subject.startWith('[log]\nformat = "json"\n');
      await subject.run(["stop"]);
      const lines = subject.read("daemon.log").trimEnd().split("\n").map((line) => JSON.parse(line));
      const keys = ["timestamp", "level", "logger", "message"];
      expect(lines.length > 0, "there are no records");
      same("records that lack a key", lines.filter((line) => keys.some((key) => !(key in line))), []);
    },
  },
  {
    id: "logs.own-name",
    says: "the loggers have the program's name",
    async run(subject) {
      await subject.startWith('[log]\nformat = "json"\n');
      const lines = subject.read("daemon.log").trimEnd().split("\n").map((line) => JSON.parse(line).logger);
      const other = lines.filter((logger) => logger !== subject.name && !logger.startsWith(`${subject.name}.`));
      same("loggers of another name", other, []);
    },
  },
  {
    id: "logs.level",
    says: "--log-level debug says more, error says nothing of a good start",
    async run(subject) {
      subject.configure("");
      await subject.start("--log-level", "debug");
      await subject.run(["stop"]);
      matches("log", subject.read("daemon.log"), / DEBUG /);
      subject.write("daemon.log", "");
      await subject.start("--log-level", "error");
      await subject.run(["stop"]);
      same("log", subject.read("daemon.log"), "");
    },
  },
  {
    id: "logs.file-only",
    says: "a detached daemon writes to its log alone",
    async run(subject) {
      const pid = await subject.startWith("");
      const shell = await subject.shell(`readlink /proc/${pid}/fd/1 /proc/${pid}/fd/2`);
      const elsewhere = shell.stdout.split("\n").filter(Boolean).filter((path) =>
        path !== "/dev/null" && !path.startsWith(subject.home)
      );
      same("other places", elsewhere, []);
    },
  },
  {
    id: "logs.rotate",
    says: "log-rotate returns when the archive is there",
    async run(subject) {
      await subject.startWith("");
      const archives = () =>
        subject.bench.files.list(subject.home).filter((name) => /^daemon\.log\./.test(name)).length;
      const before = archives();
      same("exit code", (await subject.run(["log-rotate"])).code, 0);
      expect(archives() > before, "there is no archive");
    },
  },
  {
    id: "logs.verb",
    says: "logs shows the end of the daemon's or a program's log, -n lines of it",
    async run(subject) {
      const talker = await subject.nameLike("talker");
      await subject.startWith(program(talker, "for i in 1 2 3 4 5; do echo line-$i; done; sleep 1000"));
      await subject.until("the output", async () => (await subject.run(["logs", talker])).stdout.includes("line-5"));
      const { stdout } = await subject.run(["logs", talker, "-n", "2"]);
      same("lines", stdout.match(/line-\d/g), ["line-4", "line-5"]);
      matches("own log", (await subject.run(["logs"])).stdout, /INFO/);
    },
  },
  {
    id: "logs.nothing-lost",
    says: `of ${MANY} numbered lines none is lost, doubled, torn or out of order while the log rotates`,
    async run(subject) {
      const script = `awk 'BEGIN{for(i=0;i<${MANY};i++)printf "out %09d abcdefghijklmnopqrstuvwxyz\\n",i}'; sleep 1000`;
      const log = 'restart = "never"\nlog = { rotate_size = "512KiB", max_files = 1000, max_total = "1GiB" }';
      const writer = await subject.nameLike("writer");
      const pid = await subject.startWith(program(writer, script, log));
      for (let count = 0; count < 3; count++) subject.signal(pid, "SIGUSR1");
      const last = `out ${`${MANY - 1}`.padStart(9, "0")}`;
      await subject.until(
        "the last line",
        async () => (await subject.run(["logs", writer, "-n", "1"])).stdout.includes(last),
        60_000,
      );
      await subject.run(["stop"]);
      const { stdout } = await subject.run(["logs", writer, "-n", `${2 * MANY}`]);
      const lines = stdout.split("\n").flatMap((line) => / ?(out .*)/.exec(line)?.[1] ?? []);
      const wanted = (index: number) => `out ${`${index}`.padStart(9, "0")} abcdefghijklmnopqrstuvwxyz`;
      same("lines", lines.length, MANY);
      same("first line that is another", lines.find((line, index) => line !== wanted(index)), undefined);
    },
  },
];
