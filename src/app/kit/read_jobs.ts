import type { Config } from "../../schema/appd_schema.ts";
import { checkJobs } from "../../schema/check_jobs.ts";
import { checkTriggers } from "../../schema/check_triggers.ts";
import type { CheckedElement, Elements } from "../../schema/document_check.ts";
import { type Flaw, type Path, startReading } from "../../schema/kind.ts";
import { linkRepositories } from "../../schema/link_repositories.ts";
import { readElement } from "../../schema/read.ts";
import { camel } from "../../schema/setting.ts";
import { APP_JOB_SECTION, type AppJobSettings } from "../../schema/settings_app_job.ts";
import type { JobSettings } from "./job.ts";
import type { Taken } from "./misnamed.ts";

/** A job as the app defines it. */
export interface GivenJob {
  readonly name: string;
  readonly settings: JobSettings;
}

/** What is wrong with a job; `text` names the setting as the app writes it. */
export interface JobFlaw {
  readonly path: Path;
  readonly text: string;
  readonly hint?: string;
  /** The table of the configuration that has the job's name. */
  readonly taken?: Taken;
}

/** What is read of the jobs of an app. One with a flaw is undefined. */
export interface ReadJobs {
  readonly jobs: readonly (AppJobSettings | undefined)[];
  readonly flaws: readonly JobFlaw[];
}

interface Around {
  readonly config: Config;
  /** Names of the app's services. */
  readonly services: readonly string[];
  readonly home: string;
}

/** Reads jobs of an app as the file's are read: the same words, forms, defaults and checks. */
export function readAppJobs(given: readonly GivenJob[], { config, services, home }: Around): ReadJobs {
  const found: Flaw[] = [];
  const reading = startReading({
    base: home,
    sink: (flaw) => flaw.warning ? undefined : void found.push(flaw),
    lookup: (key) => key === "timezone" ? config.timezone : undefined,
  });
  const elements = given.map(({ name, settings }, index): CheckedElement => {
    const raw = { name, ...rawOf(settings) };
    const value = readElement(APP_JOB_SECTION, raw, reading.at("job").at(index));
    return { raw, value: value as AppJobSettings | undefined };
  });
  const own = services.map((name) => ({ raw: { name }, value: { name }, own: true } as const));
  const all: Readonly<Record<string, readonly CheckedElement[]>> = {
    job: [...elements, ...namedElements(config.jobs)],
    program: [...namedElements(config.programs), ...own],
    repository: namedElements(config.repositories),
    scheduler: [{ raw: {}, value: config.scheduler }],
  };
  const look: Elements = (section) => all[section] ?? [];
  checkTriggers(look, reading);
  checkJobs(look, reading);
  const linked = { jobs: elements.flatMap(({ value }) => value ?? []), repositories: config.repositories };
  if (found.length === 0) linkRepositories(linked, look);
  const flaws = [...collisions(given, { config, services }), ...found.map(toldOf)];
  return { jobs: linked.jobs as AppJobSettings[], flaws };
}

function namedElements(values: readonly { readonly name: string }[]): CheckedElement[] {
  return values.map((value) => ({ raw: { name: value.name }, value }));
}

/** As a file would have it. */
function rawOf(settings: JobSettings): Record<string, unknown> {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [snake(key), value]));
}

function snake(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function toldOf({ path, message, hint }: Flaw): JobFlaw {
  const key = path.slice(2).flatMap((step) => typeof step === "string" ? camel(step) : []).join(".");
  const text = `${key} ${message}`.trim();
  return { path, text, ...(hint === undefined ? {} : { hint }) };
}

function collisions(given: readonly GivenJob[], { config, services }: Omit<Around, "home">): JobFlaw[] {
  const by = "a job of the app";
  return given.flatMap(({ name }, index): JobFlaw | [] => {
    const flaw = { path: ["job", index], hint: "give one of the two another name" };
    const has = (one: { readonly name: string }) => one.name === name;
    if (services.includes(name)) return { ...flaw, text: "a service of the app has this name" };
    const section = config.programs.some(has) ? "program" : config.jobs.some(has) ? "job" : undefined;
    if (section === undefined) return [];
    const text = `a [[${section}]] of the configuration has this name`;
    return { ...flaw, text, taken: { section, name, by } };
  });
}
