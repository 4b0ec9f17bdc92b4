import { APP_NAME, PART_NAME } from "../base/product.ts";
import { type AppdError, cannot } from "../base/errors.ts";
import { parseSize } from "../base/size.ts";
import type { App } from "../app/kit/app.ts";
import { EVERYTHING } from "../app/mode.ts";
import type { AppSettings } from "../schema/app_schema.ts";
import { misfitOf } from "../schema/defaults.ts";
import { listSettings } from "../schema/list_settings.ts";
import { defaultFlaw } from "./check_defaults.ts";
import type { AppCommand } from "./command.ts";

/** What of an app can be checked as soon as it is written down. */
export interface Checked {
  // deno-lint-ignore no-explicit-any -- every app has a configuration of its own
  readonly app: App<any>;
  // deno-lint-ignore no-explicit-any -- as above
  readonly commands: readonly AppCommand<any>[];
  readonly settings: AppSettings;
  readonly verbsUnder?: string | undefined;
  readonly bodyLimit?: string | undefined;
}

/** What is wrong, and what its developer can do. */
type Flaw = readonly [cause: string, hint: string];

const WORD = /^[a-z][a-z0-9-]*$/;
/** <https://semver.org>, the expression that it suggests, with less care for zeros in what follows the three numbers. */
const VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** Sections of appd, and what their values are called in the configuration: nobody else may have these names. */
export const TAKEN_SECTIONS: readonly string[] = [
  ...["", "version", "timezone", "server", "daemon", "log", "program", "programs", "scheduler", "job", "jobs"],
  ...["repository", "repositories", "notify", "notifications"],
];

/** Why an app cannot be; undefined when nothing speaks against it. The first thing that is wrong counts. */
export function flawOf(checked: Checked): AppdError | undefined {
  const { name } = checked.app.product;
  const checks = [identity, parts, sections, migrations, modes, openPaths, bodies, commands];
  for (const check of checks) {
    const flaw = check(checked);
    if (flaw !== undefined) return cannot(["define", name], flaw[0], { exit: "config", hint: flaw[1] });
  }
  return undefined;
}

function identity({ app: { product } }: Checked): Flaw | undefined {
  const { name, version, database } = product;
  if (!APP_NAME.test(name)) {
    return ["the name is unfit", "small letters, digits and -, beginning with a letter, 32 at the most: my-app"];
  }
  if (!VERSION.test(version)) return [`the version "${version}" is no semantic version`, 'such as "1.0.0"'];
  if (!PART_NAME.test(database)) return [`the database "${database}" is no name of a file`, `such as "${name}.db"`];
  return undefined;
}

/** Services and jobs share the names that verbs such as `logs` and `why` take. */
function parts({ app: { services, jobs, checks } }: Checked): Flaw | undefined {
  const service = services.map(({ name }) => ({ kind: "service", name }));
  const job = jobs.map(({ name }) => ({ kind: "job", name }));
  const check = checks.map(({ name }) => ({ kind: "check", name }));
  const unfit = [...service, ...job, ...check].find(({ name }) => !PART_NAME.test(name));
  if (unfit !== undefined) {
    return [`the name of the ${unfit.kind} "${unfit.name}" is unfit`, "letters, digits, ., _ and -, 64 at the most"];
  }
  return twice(service) ?? twice(job) ?? twice(check) ?? across(service, job);
}

interface Named {
  readonly kind: string;
  readonly name: string;
}

function twice(named: readonly Named[]): Flaw | undefined {
  const again = named.find(({ name }, index) => named.findIndex((other) => other.name === name) < index);
  if (again === undefined) return undefined;
  return [`two ${again.kind}s are called "${again.name}"`, `give each ${again.kind} a name of its own`];
}

function across(services: readonly Named[], jobs: readonly Named[]): Flaw | undefined {
  const both = services.find(({ name }) => jobs.some((job) => job.name === name));
  if (both === undefined) return undefined;
  return [`a service and a job are called "${both.name}"`, "give the job another name"];
}

function sections({ settings }: Checked): Flaw | undefined {
  const named = settings.sections.map(({ name }) => ({ kind: "section", name }));
  const taken = settings.sections.find(({ name, as }) => TAKEN_SECTIONS.includes(name) || TAKEN_SECTIONS.includes(as));
  if (taken === undefined) return twice(named) ?? misfit(settings);
  return [`the section [${taken.name}] is one of appd's own`, "give the section another name"];
}

/** A default that its own kind refuses would be told to users, as if they had written it. */
function misfit({ sections }: AppSettings): Flaw | undefined {
  for (const { key, setting } of listSettings({ prefix: "", reserved: [], sections })) {
    if (setting.default === undefined) continue;
    const found = misfitOf(setting, setting.default);
    if (found !== undefined) return [`the default of ${key} ${found.message}`, found.hint];
  }
  return undefined;
}

function migrations({ app }: Checked): Flaw | undefined {
  const wrong = app.migrations.findIndex(({ version }, index) => version !== index + 1);
  if (wrong < 0) return undefined;
  const { name, version } = app.migrations[wrong] ?? {};
  return [`the migration "${name}" has the number ${version}`, `migrations are numbered 1, 2, 3: make it ${wrong + 1}`];
}

function modes({ app }: Checked): Flaw | undefined {
  const unfit = app.modes.find(({ name }) => !WORD.test(name));
  if (unfit !== undefined) return [`the name of the mode "${unfit.name}" is unfit`, "small letters, digits and -"];
  if (app.modes.some(({ name }) => name === EVERYTHING)) {
    return [`a mode is called "${EVERYTHING}", which means that everything runs`, "give it another name"];
  }
  for (const { name, services = [] } of app.modes) {
    if (app.servicesFrom !== undefined) continue; // Which services there are, only the configuration says.
    const unknown = services.find((service) => !app.services.some((known) => known.name === service));
    if (unknown === undefined) continue;
    const known = app.services.map((service) => service.name).join(", ") || "none";
    return [`the mode "${name}" names the service "${unknown}", which is not there`, `services: ${known}`];
  }
  return twice(app.modes.map(({ name }) => ({ kind: "mode", name })));
}

function openPaths({ app: { open, routes } }: Checked): Flaw | undefined {
  const paths = open.map((one) => typeof one === "string" ? one : one.path);
  const unfit = paths.find((path) => !path.startsWith("/"));
  if (unfit !== undefined) return [`the open path "${unfit}" does not begin with /`, `such as "/${unfit}"`];
  if (paths.length === 0 || routes !== undefined) return undefined;
  return [`the path "${paths[0]}" is open, and there are no routes`, "give the app routes, or take open out"];
}

function bodies({ bodyLimit }: Checked): Flaw | undefined {
  const bytes = bodyLimit === undefined ? 1 : parseSize(bodyLimit) ?? 0;
  if (bytes > 0 && Number.isSafeInteger(bytes)) return undefined;
  return [`the bodyLimit "${bodyLimit}" is no size of a body`, 'such as "64MiB"'];
}

function commands({ commands, app, verbsUnder = "daemon" }: Checked): Flaw | undefined {
  if (!WORD.test(verbsUnder)) return [`the word "${verbsUnder}" for the verbs is unfit`, "small letters, digits and -"];
  const modeOf = commands.find(({ name }) => app.modes.some((mode) => mode.name === name));
  if (modeOf !== undefined) return [`a command and a mode are called "${modeOf.name}"`, "give one another name"];
  return commandsOf(commands);
}

// deno-lint-ignore no-explicit-any -- every app has a configuration of its own
function commandsOf(siblings: readonly AppCommand<any>[]): Flaw | undefined {
  for (const { name, run, options, commands = [] } of siblings) {
    if (!WORD.test(name)) return [`the name of the command "${name}" is unfit`, "small letters, digits and -"];
    if (run === undefined && commands.length === 0) {
      return [`the command "${name}" does nothing`, "give it run, or commands of its own"];
    }
    const refused = defaultFlaw(name, options);
    if (refused !== undefined) return refused;
  }
  const words = siblings.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  return twice(words.map((name) => ({ kind: "command", name }))) ??
    siblings.map(({ commands = [] }) => commandsOf(commands)).find((flaw) => flaw !== undefined);
}
