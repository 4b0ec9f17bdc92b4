import fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { type AppConfig, flag, group, integer, list, section, setting, text, type ValuesOf } from "../../src/mod.ts";

const HOURS = { min: 0, max: 24 };
const MINUTES_PER_HOUR = 60;

/** The developer's own settings, as the document names them. */
export const SETTINGS = section("settings", {
  help: "when and how the developer is asked",
  fields: {
    prompt_interval: setting(integer({ min: 1, max: 10_080 }), {
      default: 180,
      help: "minutes from one prompt to the next",
      reload: "applied",
      example: 60,
    }),
    prompt_command: setting(list(text({ label: "word" }), { label: "array of words", min: 1 }), {
      defaultText: "none: prompts wait for a client",
      help: "command that asks the developer; what it prints is the answer",
      reload: "applied",
      example: ["zenity", "--entry", "--text", "What are you working on?"],
    }),
    work_hours_only: setting(flag(), {
      default: false,
      help: "ask inside the work hours only",
      reload: "applied",
      example: true,
    }),
    work_start_hour: setting(integer(HOURS), {
      default: 9,
      help: "hour at which work begins",
      reload: "applied",
      example: 8,
    }),
    work_end_hour: setting(integer(HOURS), {
      default: 18,
      help: "hour at which it ends",
      reload: "applied",
      example: 17,
    }),
    auto_sync: setting(flag(), {
      default: true,
      help: "hand answers on to the integrations as soon as they are given; else `devtrack jobs run sync` does",
      reload: "applied",
      example: false,
    }),
  },
  finish(values, reading) {
    if (values.workStartHour >= values.workEndHour) {
      reading.flaw(`is ${values.workEndHour}, not after work_start_hour (${values.workStartHour})`, {
        path: ["work_end_hour"],
        hint: "write an hour that is later: work_end_hour = 18",
      });
    }
    return values;
  },
});

const integration = (name: string) =>
  group(name, {
    enabled: setting(flag(), { default: false, help: `hand answers on to ${name}`, reload: "applied", example: true }),
    command: setting(list(text({ label: "word" }), { label: "array of words", min: 1 }), {
      defaultText: "none",
      help: "command that gets each answer as JSON on its stdin",
      reload: "applied",
      example: ["./sync.sh"],
    }),
  });

const INTEGRATION_FIELDS = {
  azure_devops: integration("Azure DevOps"),
  github: integration("GitHub"),
  jira: integration("Jira"),
} as const;

/** Where answers go. One without a command is no mistake, as the document's own file has none; nothing goes to it. */
export const INTEGRATIONS = section("integrations", {
  help: "where answers are handed on to",
  fields: INTEGRATION_FIELDS,
  finish(values: ValuesOf<typeof INTEGRATION_FIELDS>, reading) {
    for (const { name, enabled, command } of integrationsIn(values)) {
      if (!enabled || command !== undefined) continue;
      const hint = giveCommand(name);
      reading.warn("is true, but there is no command: no answer is handed on", { path: [name, "enabled"], hint });
    }
    return values;
  },
});

/** What helps an integration that nothing goes to. */
export function giveCommand(integration: string): string {
  return `give it one: devtrack config set integrations.${integration}.command '["./sync.sh"]'`;
}

/** The integrations with the names that they have in the file. */
export function integrationsIn({ azureDevops, github, jira }: ValuesOf<typeof INTEGRATION_FIELDS>) {
  return Object.entries({ azure_devops: azureDevops, github, jira }).map(([name, one]) => ({ name, ...one }));
}

export const SECTIONS = [SETTINGS, INTEGRATIONS] as const;
export type Config = AppConfig<typeof SECTIONS>;

/** What devtrack's settings mean in the words of the kit: the work hours, and the repository that it is started in. */
export function adjust(config: Config, { directory }: { readonly directory: string }): Partial<Config> {
  const { scheduler, settings, repositories } = config;
  const { workStartHour, workEndHour } = settings;
  const hours = {
    days: [0, 1, 2, 3, 4, 5, 6],
    start: workStartHour * MINUTES_PER_HOUR,
    end: workEndHour * MINUTES_PER_HOUR,
    ...(config.timezone === undefined ? {} : { timezone: config.timezone }),
  };
  const found = repositories.length > 0 ? undefined : repositoryAround(directory);
  return {
    ...(scheduler.hasWorkHours ? {} : { scheduler: { ...scheduler, hasWorkHours: true, workHours: hours } }),
    ...(found === undefined ? {} : { repositories: [repositoryOf(found)] }),
  };
}

/** The work tree that a directory is in. */
function repositoryAround(directory: string): string | undefined {
  if (fs.existsSync(join(directory, ".git"))) return directory;
  const above = dirname(directory);
  return above === directory ? undefined : repositoryAround(above);
}

/** Whether the configuration itself names repositories; else the one around `directory` may stand in for them. */
export function namesRepositories({ repositories }: Pick<Config, "repositories">, directory: string): boolean {
  const found = repositoryAround(directory);
  const standIn = found === undefined ? [] : [repositoryOf(found)];
  return JSON.stringify(repositories) !== JSON.stringify(standIn);
}

/** A repository with the defaults of `[[repository]]`. */
function repositoryOf(path: string): Config["repositories"][number] {
  const name = basename(path).replaceAll(/[^\w.-]/g, "-").replace(/^[.-]+/, "") || "repository";
  return {
    ...{ name, path, enabled: true, job: [], events: ["commit", "merge", "amend", "fetch"] },
    ...{ pollInterval: 10_000, maxCommits: 1000 },
  };
}
