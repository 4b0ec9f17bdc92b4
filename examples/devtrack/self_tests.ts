import fs from "node:fs";
import { AppdError, type CommandContext } from "../../src/mod.ts";
import { runCommand } from "./run_command.ts";
import type { Config } from "./settings.ts";
import type { Trigger } from "./triggers.ts";

type Context = CommandContext<Config>;

const NEXT = 3;
const TRIGGER_MS = 10_000;
const LOOK_MS = 50;

/** Git must not run anything that a hostile repository asks for. */
const HARMLESS = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

/** @throws ConfigError naming every problem */
export async function testConfig({ config, configFile, output }: Context): Promise<void> {
  const { repositories, settings, scheduler, timezone } = await config();
  const hours = scheduler.workHours;
  const report = {
    file: configFile,
    repositories: repositories.map(({ name, path, enabled, project }) => ({
      name,
      path,
      enabled,
      project: project ?? null,
    })),
    prompt_interval: settings.promptInterval,
    work_hours_only: settings.workHoursOnly,
    work_hours: hours === undefined ? null : `${timeText(hours.start)} - ${timeText(hours.end)}`,
    timezone: timezone ?? null,
  };
  if (output.json) return output.printJson(report);
  output.print(`configuration:  ${report.file}`);
  output.print(`interval:       ${report.prompt_interval} minutes`);
  output.print(
    `work hours:     ${report.work_hours ?? "none"}${report.work_hours_only ? ", asked inside them only" : ""}`,
  );
  for (const { name, path, enabled } of report.repositories) {
    const missing = enabled && !fs.existsSync(path) ? " (there is no such directory)" : "";
    output.print(`repository:     ${name} at ${path}${enabled ? missing : " (disabled)"}`);
  }
  if (report.repositories.length === 0) {
    output.print("repository:     none; start devtrack inside one, or add [[repository]]");
  }
}

function timeText(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${`${minutes % 60}`.padStart(2, "0")}`;
}

/** @returns 1 when a repository cannot be read */
export async function testGit({ config, output }: Context): Promise<number> {
  const { repositories } = await config();
  const looks = [];
  for (const { name, path } of repositories.filter(({ enabled }) => enabled)) looks.push(await lookAt(name, path));
  if (output.json) output.printJson(looks);
  else {
    for (const { name, ok, branch, head, error } of looks) {
      output.print(ok ? `${name}: ok, on ${branch} at ${head}` : `${name}: ${error}`);
    }
    if (looks.length === 0) output.print("no repository is configured");
  }
  return looks.every(({ ok }) => ok) ? 0 : 1;
}

async function lookAt(name: string, path: string) {
  const git = (...words: string[]) =>
    runCommand(["git", ...HARMLESS, "-C", path, ...words], { signal: AbortSignal.timeout(TRIGGER_MS) });
  try {
    const branch = (await git("rev-parse", "--abbrev-ref", "HEAD")).trim();
    const head = (await git("log", "-1", "--format=%h %s")).trim();
    return { name, path, ok: true, branch, head, error: null };
  } catch (error) {
    return { name, path, ok: false, branch: null, head: null, error: (error as Error).message };
  }
}

/** The next prompts, of the running daemon or counted from now, and whether it is work time. */
export async function testScheduler({ ask, config, output }: Context): Promise<void> {
  const { settings, scheduler: { workHours }, timezone } = await config();
  const open = workHours === undefined || isWorkTime(new Date(), { ...workHours, timezone });
  const times = await timesOfDaemon(ask) ??
    Array.from({ length: NEXT }, (_, index) => Date.now() + (index + 1) * settings.promptInterval * 60_000);
  const report = times.map((time) => new Date(time).toISOString());
  if (output.json) return output.printJson({ in_work_hours: open, next: report });
  output.print(`work time:   ${open ? "yes" : "no"}${settings.workHoursOnly ? "" : ", and asked at any time"}`);
  for (const time of report) output.print(`next prompt: ${time}`);
}

/** @param hours minutes since midnight in the zone; without a zone that of this host */
function isWorkTime(now: Date, hours: { start: number; end: number; timezone: string | undefined }): boolean {
  const zone = hours.timezone === undefined ? {} : { timeZone: hours.timezone };
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", ...zone }).format(now);
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  const time = hour * 60 + minute;
  return time >= hours.start && time < hours.end;
}

async function timesOfDaemon(ask: Context["ask"]): Promise<number[] | undefined> {
  try {
    const { upcoming } = await ask<{ upcoming: { at: string }[] }>(`/api/v1/schedule?count=${NEXT}&job=prompt`);
    return upcoming.map(({ at }) => Date.parse(at));
  } catch (error) {
    if (error instanceof AppdError && error.exit === "notRunning") return undefined; // Then from now on.
    throw error;
  }
}

/** One trigger through the running daemon: asked for, recorded, read back. */
export async function testIntegrated(context: Context): Promise<number> {
  await testConfig(context);
  const git = await testGit(context);
  await testScheduler(context);
  const before = (await latest(context))?.id ?? 0;
  await context.ask("/api/v1/jobs/prompt/run", { method: "POST" });
  const end = performance.now() + TRIGGER_MS;
  let found = await latest(context);
  while ((found?.id ?? 0) <= before && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    found = await latest(context);
  }
  const through = found !== undefined && found.id > before ? found : undefined;
  if (through !== undefined) await context.ask(`/api/devtrack/triggers/${through.id}/answer`, answerOfTest());
  if (!context.output.json) {
    context.output.print(through === undefined ? "no trigger came through" : `trigger #${through.id} went through`);
  }
  return through === undefined ? 1 : git;
}

/** It was no question to the developer. */
function answerOfTest(): RequestInit {
  return { method: "POST", body: JSON.stringify({ answer: "a test" }) };
}

async function latest({ ask }: Context): Promise<Trigger | undefined> {
  const { triggers } = await ask<{ triggers: readonly Trigger[] }>("/api/devtrack/triggers?limit=1");
  return triggers[0];
}
