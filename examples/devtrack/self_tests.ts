import fs from "node:fs";
import type { CommandContext, Output, RunReport } from "../../src/mod.ts";
import { gitLine, type GitLook, lookAtGit } from "./look_at_git.ts";
import { nextPrompts, type Prompts } from "./next_prompts.ts";
import { SELF_TEST } from "./self_test.ts";
import { type Config, giveCommand, integrationsIn } from "./settings.ts";
import { watchedRepositories } from "./watched.ts";

type Context = CommandContext<Config>;

/** Seconds that a trigger may take through the daemon. */
const TRIGGER_S = 30;

/** @throws ConfigError naming every problem */
export async function testConfig(context: Context): Promise<void> {
  const report = await configReport(context);
  if (context.output.json) context.output.printJson(report);
  else printConfig(context.output, report);
}

async function configReport(context: Context) {
  const { settings, scheduler, timezone, integrations } = await context.config();
  const { workHours: hours } = scheduler;
  return {
    file: context.configFile,
    repositories: await watchedRepositories(context),
    prompt_interval: settings.promptInterval,
    work_hours_only: settings.workHoursOnly,
    work_hours: hours === undefined ? null : `${timeText(hours.start)} - ${timeText(hours.end)}`,
    timezone: timezone ?? null,
    auto_sync: settings.autoSync,
    integrations: integrationsIn(integrations).filter(({ enabled }) => enabled)
      .map(({ name, command }) => ({ name, command: command ?? null })),
  };
}

function printConfig(output: Output, report: Awaited<ReturnType<typeof configReport>>): void {
  output.print(`configuration:  ${report.file}`);
  output.print(`interval:       ${report.prompt_interval} minutes`);
  const only = report.work_hours_only ? ", asked inside them only" : "";
  output.print(`work hours:     ${report.work_hours ?? "none"}${only}`);
  for (const { name, path, enabled, project } of report.repositories) {
    const missing = enabled && !fs.existsSync(path) ? " (there is no such directory)" : "";
    const of = project === null ? "" : `, project ${project}`;
    output.print(`repository:     ${name} at ${path}${of}${enabled ? missing : " (disabled)"}`);
  }
  if (report.repositories.length === 0) {
    output.print("repository:     none; start devtrack inside one, or add [[repository]]");
  }
  for (const { name, command } of report.integrations) {
    const trouble = `has no command, and gets no answer; ${giveCommand(name)}`;
    output.print(`integration:    ${name} ${command === null ? trouble : `by ${command.join(" ")}`}`);
  }
}

function timeText(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${`${minutes % 60}`.padStart(2, "0")}`;
}

/** @returns 1 when a repository cannot be read */
export async function testGit(context: Context): Promise<number> {
  const looks = await gitReport(context);
  if (context.output.json) context.output.printJson(looks);
  else printGit(context.output, looks);
  return codeOf(looks);
}

async function gitReport(context: Context): Promise<GitLook[]> {
  const watched = (await watchedRepositories(context)).filter(({ enabled }) => enabled);
  return await Promise.all(watched.map(lookAtGit));
}

function printGit(output: Output, looks: readonly GitLook[]): void {
  for (const look of looks) output.print(gitLine(look));
  if (looks.length === 0) output.print("no repository is configured");
}

function codeOf(looks: readonly GitLook[]): number {
  return looks.every(({ ok }) => ok) ? 0 : 1;
}

/** The next prompts, of the running daemon or counted from now, and whether it is work time. */
export async function testScheduler(context: Context): Promise<void> {
  const prompts = await nextPrompts(context);
  if (context.output.json) context.output.printJson(prompts);
  else await printPrompts(context, prompts);
}

async function printPrompts(
  { config, output }: Context,
  { in_work_hours: open, paused, next }: Prompts,
): Promise<void> {
  const anyTime = (await config()).settings.workHoursOnly ? "" : ", and asked at any time";
  output.print(`work time:   ${open ? "yes" : "no"}${anyTime}`);
  for (const time of next) output.print(`next prompt: ${time}`);
  if (next.length === 0) output.print(`next prompt: none${paused ? " while the scheduler is paused" : ""}`);
}

/**
 * The tests above, then one trigger through the running daemon: scheduled, run, recorded, answered, read back. Nobody is
 * asked, whatever is being asked meanwhile, and nothing of it stays among the triggers.
 *
 * @returns 1 when something does not work
 */
export async function testIntegrated(context: Context): Promise<number> {
  const { ask, output } = context;
  const config = await configReport(context);
  const git = await gitReport(context);
  const scheduler = await nextPrompts(context);
  if (!output.json) {
    printConfig(output, config);
    printGit(output, git);
    await printPrompts(context, scheduler);
  }
  const { id } = await ask<RunReport>(`/api/v1/jobs/${SELF_TEST}/run`, { method: "POST" });
  const { state, reason } = await ask<RunReport>(`/api/v1/runs/${id}?wait=${TRIGGER_S}`, {
    timeoutMs: (TRIGGER_S + 5) * 1000,
  });
  const ok = state === "ok";
  if (output.json) output.printJson({ config, git, scheduler, trigger: { ok, state, reason } });
  else {output.print(
      ok ? "trigger:     one went through" : `trigger:     it is ${state}: ${reason ?? "no reason is known"}`,
    );}
  return ok ? codeOf(git) : 1;
}
