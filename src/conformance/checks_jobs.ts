import { type Check, expect, matches, same } from "./check.ts";
import { job, type Subject } from "./subject.ts";

async function triggers(subject: Subject, name: string): Promise<number> {
  return (await subject.status()).jobs.find((one) => one.name === name)?.triggers ?? 0;
}

export const JOB_CHECKS: readonly Check[] = [
  {
    id: "jobs.run",
    says: "jobs run --wait ends with the job's own code",
    async run(subject) {
      const [seven, good] = [await subject.nameLike("seven"), await subject.nameLike("good")];
      await subject.startWith(job(seven, "exit 7") + job(good, "true"));
      same("seven", (await subject.run(["jobs", "run", seven, "--wait"])).code, 7);
      same("good", (await subject.run(["jobs", "run", good, "--wait"])).code, 0);
    },
  },
  {
    id: "jobs.history",
    says: "each run is in the history with its outcome",
    async run(subject) {
      const seven = await subject.nameLike("seven");
      await subject.startWith(job(seven, "exit 7"));
      await subject.run(["jobs", "run", seven, "--wait"]);
      const { code, stdout } = await subject.run(["jobs", "history", seven, "--json"]);
      same("exit code", code, 0);
      matches("history", stdout, /"failed"/);
    },
  },
  {
    id: "jobs.pace",
    says: "a job runs at its pace, and keeps its place over a restart",
    async run(subject) {
      const tick = await subject.nameLike("tick");
      await subject.startWith(job(tick, "true", 'every = "1s"'));
      await subject.until("two runs", async () => await triggers(subject, tick) >= 2);
      await subject.run(["restart"]);
      const before = await triggers(subject, tick);
      expect(before >= 2, "the count began anew");
      await subject.until("another run", async () => await triggers(subject, tick) > before);
    },
  },
  {
    id: "jobs.pause",
    says: "pause survives a restart, resume ends it",
    async run(subject) {
      await subject.startWith(job(await subject.nameLike("tick"), "true", 'every = "1h"'));
      same("pause", (await subject.run(["pause"])).code, 0);
      await subject.run(["restart"]);
      const paused = async () => ((await subject.status()).scheduler as { paused: boolean }).paused;
      same("paused", await paused(), true);
      same("resume", (await subject.run(["resume"])).code, 0);
      same("paused", await paused(), false);
    },
  },
  {
    id: "jobs.preview",
    says: "schedule next shows the times to come, also without a daemon",
    async run(subject) {
      const nine = await subject.nameLike("nine");
      subject.configure(job(nine, "true", 'cron = "0 9 * * *"\ntimezone = "UTC"'));
      const { code, stdout } = await subject.run(["schedule", "next", nine, "--count", "3", "--json"]);
      same("exit code", code, 0);
      const slots: readonly unknown[] = JSON.parse(stdout).slots ?? JSON.parse(stdout);
      same("times", slots.filter((slot) => /T09:00:00/.test(JSON.stringify(slot))).length, 3);
    },
  },
  {
    id: "jobs.interrupted",
    says: "a run that the daemon's death cut is interrupted, and nothing of it is left running",
    async run(subject) {
      const long = await subject.nameLike("long");
      await subject.startWith(job(long, "echo begun; exec sleep 1000"));
      await subject.run(["jobs", "run", long]);
      const running = async () => (await subject.run(["jobs", "history", long, "--json"])).stdout;
      await subject.until("the run", async () => /"running"/.test(await running()));
      const pid = subject.pid();
      subject.signal(pid, "SIGKILL");
      await subject.untilDead(pid);
      await subject.start();
      await subject.until("the outcome", async () => /"interrupted"/.test(await running()));
      const { processes } = subject.bench;
      const left = subject.processes().filter((one) => processes.commandLine(one)[0] === "sleep");
      same("left running", left, []);
    },
  },
  {
    id: "jobs.drain",
    says: "a stop waits for the run that is under way",
    async run(subject) {
      const slow = await subject.nameLike("slow");
      const at = (name: string) => `'${subject.home}/${name}'`;
      const script = `: >${at("begun")}; while [ ! -e ${at("end")} ]; do sleep 0.1; done; echo done >${at("mark")}`;
      await subject.startWith(job(slow, script));
      await subject.run(["jobs", "run", slow]);
      await subject.until("the run", () => subject.exists("begun"));
      let isOver = false;
      const stop = subject.run(["stop"]).finally(() => isOver = true);
      await subject.until("a stop that has begun", async () => isOver || (await subject.get("/health")).status === 503);
      expect(!isOver, "it did not wait");
      subject.write("end", "");
      same("stop", (await stop).code, 0);
      same("mark", subject.exists("mark") && subject.read("mark"), "done\n");
    },
  },
];
