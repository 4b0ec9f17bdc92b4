import { posix } from "node:path";
import { AppdError } from "../base/errors.ts";
import { type Directives, FOR_USERS, hardening, type Surroundings } from "./hardening.ts";
import { commandLine, unitLine, unitWord, type Word } from "./systemd_text.ts";
import {
  FINAL_EXITS,
  isInside,
  type ServiceDefinition,
  type ServiceFile,
  stopSeconds,
  verbWords,
} from "./definition.ts";

/** The unit of one instance, systemd.service(5), for the system or for a user by the definition's scope. */
export function systemdFiles(definition: ServiceDefinition): ServiceFile[] {
  const { name, program, instance } = definition;
  const directory = instance === undefined ? program : `${program}-${instance}`;
  return [unitFile(definition, { unit: `${name}.service`, directory, instance })];
}

/** One unit for any number of instances: `systemctl start NAME@web` runs the instance `web`. */
export function systemdTemplateFiles(definition: ServiceDefinition): ServiceFile[] {
  const { program, unit } = definition;
  const instance = { specifier: "%i", text: "" };
  return [unitFile(definition, { unit: `${unit}@.service`, directory: `${program}-%i`, instance })];
}

/** What differs between a unit and a template. */
interface UnitNames {
  readonly unit: string;
  /** Name below /run and /var/log. */
  readonly directory: string;
  readonly instance: Word | undefined;
}

function unitFile(definition: ServiceDefinition, names: UnitNames): ServiceFile {
  checkUnit(definition);
  const { scope, userHome = "/root" } = definition;
  const directory = scope === "user" ? posix.join(userHome, ".config/systemd/user") : "/etc/systemd/system";
  const sections = [
    section("Unit", unitSection(definition, names)),
    section("Service", [...execution(definition, names), ...identity(definition), ...lockIn(definition, names)]),
    section("Install", [{ why: "", lines: [`WantedBy=${scope === "user" ? "default" : "multi-user"}.target`] }]),
  ];
  return { path: `${directory}/${names.unit}`, name: names.unit, mode: 0o644, text: sections.join("\n") };
}

function checkUnit({ binary, scope, profile, user }: ServiceDefinition): void {
  const wrong = (cause: string, hint: string) => new AppdError(`cannot make a unit: ${cause}`, { exit: "usage", hint });
  if (/["'\\]/.test(binary)) {
    const hint = "link it from another place, and use --binary LINK";
    throw wrong(`systemd starts no program with a quote or backslash in its path: ${binary}`, hint);
  }
  if (scope === "user" && (profile === "root" || profile === "jobs")) {
    throw wrong(`the profile ${profile} is not for the service manager of a user`, "use --profile plain, or --system");
  }
  if (scope === "user") return;
  if (profile === "root" && user !== undefined && user !== "root") {
    throw wrong("the profile root runs as root", "use --profile dedicated");
  }
  if ((profile === "dedicated" || profile === "jobs") && (user === undefined || user === "root")) {
    throw wrong(`the profile ${profile} needs a user of its own`, "name one, or use --profile root");
  }
}

function unitSection({ scope, description }: ServiceDefinition, { instance }: UnitNames): Directives[] {
  const name = typeof instance === "object" ? " (%i)" : "";
  return [
    {
      why: "",
      lines: [`Description=${unitLine(description)}${name}`, ...(scope === "system" ? ["After=network.target"] : [])],
    },
    { why: "After a crash it is started again however often it had crashed.", lines: ["StartLimitIntervalSec=0"] },
  ];
}

function execution(definition: ServiceDefinition, names: UnitNames): Directives[] {
  const { keepPrograms, restartSec, env } = definition;
  const variables = Object.entries(env).map(([key, value]) => `Environment=${unitWord(`${key}=${value}`)}`);
  return [
    {
      why: "Started once it says that it is ready; only its own word counts.",
      lines: ["Type=notify", "NotifyAccess=main"],
    },
    {
      why: "Reload waits for the result and fails with it; what was invalid changes nothing.",
      lines: [
        ...variables,
        `ExecStart=${commandLine(words(definition, names, "run"))}`,
        `ExecReload=${commandLine(words(definition, names, "reload"))}`,
      ],
    },
    keepPrograms
      ? {
        why:
          "Programs run on when the daemon dies, and the next one takes them over. Stopped politely, it ends them itself.",
        lines: ["KillMode=process"],
      }
      : {
        why: "The daemon is told to stop and ends its programs in their order; what is left after it is killed.",
        lines: ["KillMode=mixed"],
      },
    {
      why: "Its own deadline (daemon.shutdown_timeout) plus 15 s.",
      lines: [`TimeoutStopSec=${stopSeconds(definition)}`],
    },
    { why: "Killed and started again when its main loop stands still.", lines: ["WatchdogSec=30"] },
    {
      why: "Not after wrong usage (2), missing permission (77), or an invalid configuration (78): they need a person.",
      lines: ["Restart=on-failure", `RestartSec=${restartSec}`, `RestartPreventExitStatus=${FINAL_EXITS.join(" ")}`],
    },
    {
      why: "A program that is killed for lack of memory is the daemon's to restart, not a reason to stop everything.",
      lines: ["OOMPolicy=continue"],
    },
  ];
}

/** argv of a command for this instance, with the specifiers of a unit. */
function words(definition: ServiceDefinition, { instance }: UnitNames, verb: string): Word[] {
  const { binary, configFile } = definition;
  const option = (name: string, value: Word | undefined) => value === undefined ? [] : [`--${name}`, value];
  return [
    binary,
    ...option("home", inUserHome(definition, definition.home)),
    ...option("name", instance),
    ...option("config", configFile === undefined ? undefined : inUserHome(definition, configFile)),
    ...verbWords(definition, verb),
  ];
}

/** A path in the home of the user whose unit it is begins with `%h`, so that the unit fits every user. */
function inUserHome({ scope, userHome }: ServiceDefinition, path: string): Word {
  if (scope !== "user" || userHome === undefined || !isInside(path, userHome)) return path;
  return { specifier: "%h", text: path.slice(userHome.length) };
}

function identity({ scope, user, group }: ServiceDefinition): Directives[] {
  if (scope === "user" || user === undefined) return [];
  return [{
    why: "The daemon and its programs are this user.",
    lines: [`User=${unitLine(user)}`, ...(group === undefined ? [] : [`Group=${unitLine(group)}`])],
  }];
}

function lockIn(definition: ServiceDefinition, names: UnitNames): Directives[] {
  const { scope, profile } = definition;
  if (scope === "user") return profile === "dedicated" ? [...FOR_USERS] : [];
  return [...directories(definition, names), ...hardening(profile, surroundings(definition))];
}

/** Names below /var/lib and /etc that need no escaping, as the settings for directories want them. */
const FIT = /^[A-Za-z0-9_@.-]+(\/[A-Za-z0-9_@.-]+)*$/;

/** Path of `path` below `root` when systemd can make it. */
function below(root: string, path: string): string | undefined {
  const rest = isInside(path, root) ? path.slice(root.length + 1) : "";
  return FIT.test(rest) && !rest.split("/").includes("..") ? rest : undefined;
}

function directories(definition: ServiceDefinition, { directory, instance }: UnitNames): Directives[] {
  const { home, configFile } = definition;
  const state = below("/var/lib", home);
  const config = configFile === undefined ? undefined : below("/etc", posix.dirname(configFile));
  const own = instance === undefined ? "" : `/${typeof instance === "string" ? instance : instance.specifier}`;
  const made: Directives[] = [{
    why: "Places for sockets and logs of the programs, below /run and /var/log.",
    lines: [
      `RuntimeDirectory=${directory}`,
      "RuntimeDirectoryPreserve=restart",
      `LogsDirectory=${directory}`,
      "LogsDirectoryMode=0750",
    ],
  }];
  if (config !== undefined) {
    made.unshift({ why: "The service reads its configuration here.", lines: [`ConfigurationDirectory=${config}`] });
  }
  if (state !== undefined) {
    made.unshift({
      why: "The home, made for its user. Nobody else reads it: it holds the control socket and the programs' output.",
      lines: [`StateDirectory=${state}${own}`, "StateDirectoryMode=0700"],
    });
  }
  return made;
}

function surroundings({ binary, home, configFile = home, keepPrograms }: ServiceDefinition): Surroundings {
  const touches = (roots: readonly string[]) =>
    [binary, home, configFile].some((path) => roots.some((root) => isInside(path, root)));
  return {
    inHomes: touches(["/home", "/root", "/run/user"]),
    inTemp: touches(["/tmp", "/var/tmp"]),
    keepPrograms,
    writable: below("/var/lib", home) === undefined ? [unitWord(`-${home}`)] : [],
  };
}

const WIDTH = 118;

function section(name: string, groups: readonly Directives[]): string {
  const blocks = groups.map(({ why, lines }) => [...comment(why), ...lines].join("\n"));
  const commented = groups.map(({ why }) => why !== "");
  return `[${name}]\n` +
    blocks.map((block, index) => (index > 0 && commented[index] ? "\n" : "") + block + "\n").join("");
}

/** `text` as comment lines. */
function comment(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((word) => word !== "")) {
    const last = lines.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}
