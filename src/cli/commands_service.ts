import { KINDS, PROFILES } from "../service/definition.ts";
import type { CommandSpec, OptionSpec } from "./command.ts";

/** Whose service manager; for all commands about services. */
export const SCOPE_OPTIONS: readonly OptionSpec[] = [
  { name: "system", help: "a service of this host; the default for root" },
  { name: "user", help: "a service of this user, without root; the default for everybody else" },
];

/** What a service runs, and how far it is locked in. */
export const SERVICE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "profile",
    value: { name: "PROFILE", kind: "text", choices: PROFILES },
    help: "how far the service is locked in",
  },
  {
    name: "run-as",
    value: { name: "USER[:GROUP]", kind: "text" },
    help: "user that a system service runs as (default: one named as the program, or root by --profile root)",
  },
  { name: "keep-programs", help: "programs run on when the daemon crashes, and the next one takes them over" },
  {
    name: "binary",
    value: { name: "FILE", kind: "file" },
    help: "absolute path of the program in the service (default: the one that runs now)",
  },
];

const GENERATE: CommandSpec = {
  name: "generate",
  summary: "print units, scripts and manifests of a service",
  description: [
    "Home, configuration file, shutdown_timeout and restart_delay come from this instance (--home, --name, --config). The same instance gives the same text, so that it can be kept under version control. Nothing is installed. With --output a file that holds anything else, such as one that was edited by hand, is never written over without --force; nothing is written then.",
    "Profiles of a systemd unit: dedicated, with a user of its own and nothing but its directories to write to; root, for starting the programs of other users; jobs, for nothing but jobs, within private networks; plain, not locked in. Each directive has its reason beside it.",
  ],
  arguments: [{ name: "KIND", kind: "text", required: true, choices: KINDS, help: "the format" }],
  options: [
    ...SCOPE_OPTIONS,
    ...SERVICE_OPTIONS,
    {
      name: "output",
      value: { name: "DIR", kind: "directory" },
      help: "write the files there instead of printing them",
    },
    { name: "force", help: "write over files that hold something else" },
  ],
  examples: [
    { line: "appd generate systemd --system", says: "a hardened unit for a user named appd, home /var/lib/appd" },
    { line: "appd generate systemd --system --profile root", says: "one that starts programs of other users" },
    { line: "appd generate systemd-template --system", says: "appd@.service: any number of instances" },
    { line: "appd generate runit --output /etc/sv", says: "a service directory in its place" },
    { line: "appd generate container --output image", says: "a Containerfile with what belongs beside it" },
    { line: "appd generate kubernetes > appd.yaml", says: "ConfigMap, Secret and Deployment with probes" },
  ],
  exits: {
    ok: true,
    usage: "unknown format, or a path that it cannot hold",
    cannotCreate: "a file cannot be created, or holds something else",
    noPermission: true,
    config: true,
  },
  anywhere: true,
  load: () => import("./verbs/generate.ts").then((verb) => verb.generate),
};

const DRY_RUN: OptionSpec = { name: "dry-run", help: "say what would be done, and do nothing" };
const NO_MANAGER = "no service manager runs here that appd knows";

const INSTALL: CommandSpec = {
  name: "install",
  summary: "make this instance a service of the host",
  description: [
    "Writes the unit that appd generate shows, has the service manager read it, and starts it at boot from then on. From now on start, stop and restart go through the service manager. Installed and unchanged is success; nothing is touched then.",
    "A file of that name that is not ours is never touched; one of ours that was edited by hand stays, unless --force is given. What was given at the first install is kept at the next one, unless it is given anew.",
    "A system service runs as a user named appd, who is made when missing, with its home in /var/lib/appd; --profile root and --run-as choose otherwise. Without --home, root's commands are about the service that is installed.",
  ],
  options: [
    ...SCOPE_OPTIONS,
    ...SERVICE_OPTIONS,
    { name: "now", help: "start it as well" },
    { name: "no-enable", help: "do not start it at boot" },
    { name: "force", help: "write over what was edited by hand; the edited text is kept beside it" },
    DRY_RUN,
  ],
  examples: [
    { line: "appd install --now", says: "as root: a service of the host, started; else one of this user" },
    { line: "appd install --system --profile root", says: "one that starts programs as other users" },
    {
      line: "appd install --dry-run",
      says: "see what would be written or has changed; without a manager, for systemd",
    },
    { line: "appd install --name web", says: "a second service, appd-web" },
  ],
  exits: {
    ok: "installed, or it was",
    generic: "the service manager refuses",
    usage: true,
    notRunning: NO_MANAGER,
    unavailable: true,
    cannotCreate: "a file of that name is not ours, or was edited",
    noPermission: true,
    config: true,
  },
  load: () => import("./verbs/install.ts").then((verb) => verb.install),
};

const UNINSTALL: CommandSpec = {
  name: "uninstall",
  summary: "stop the service and remove it from the host",
  description: [
    "Stops and disables it, and removes what install made. Configuration, database and logs stay. Not installed is success.",
  ],
  options: [
    ...SCOPE_OPTIONS,
    { name: "force", help: "also when it was edited by hand; the edited text is kept beside it" },
    DRY_RUN,
  ],
  examples: [{ line: "appd uninstall", says: "as root the system's service, else this user's" }],
  exits: {
    ok: "removed, or it was not there",
    generic: "the service manager refuses",
    usage: true,
    notRunning: NO_MANAGER,
    unavailable: true,
    cannotCreate: "it is not ours, or was edited",
    noPermission: true,
  },
  load: () => import("./verbs/install.ts").then((verb) => verb.uninstall),
};

const ENABLE_EXITS = {
  generic: "it is not installed, or the service manager refuses",
  usage: true,
  notRunning: NO_MANAGER,
  unavailable: true,
  cannotCreate: "it is not ours",
  noPermission: true,
} as const;

const ENABLE: CommandSpec = {
  name: "enable",
  summary: "start the service at boot",
  description: ["A user's service starts when the user logs in, or at boot when the user lingers; install sees to it."],
  options: [...SCOPE_OPTIONS, { name: "now", help: "start it as well" }, DRY_RUN],
  examples: [{ line: "appd enable --now", says: "at boot, and now" }],
  exits: { ok: "enabled, or it was", ...ENABLE_EXITS },
  load: () => import("./verbs/enable.ts").then((verb) => verb.enable),
};

const DISABLE: CommandSpec = {
  name: "disable",
  summary: "no longer start the service at boot",
  options: [...SCOPE_OPTIONS, { name: "now", help: "stop it as well" }, DRY_RUN],
  examples: [{ line: "appd disable", says: "it stays installed, and runs on if it runs" }],
  exits: { ok: "disabled, or it was", ...ENABLE_EXITS },
  load: () => import("./verbs/enable.ts").then((verb) => verb.disable),
};

const IS_INSTALLED: CommandSpec = {
  name: "is-installed",
  summary: "say whether this instance is a service of the host",
  description: [
    "Names the unit, whether it starts at boot, whether it runs, and whether it is what this binary would write.",
  ],
  options: SCOPE_OPTIONS,
  examples: [{ line: "appd is-installed --quiet && echo yes", says: "in a script" }],
  exits: { ok: "it is installed", generic: "it is not", usage: true },
  load: () => import("./verbs/is_installed.ts").then((verb) => verb.isInstalled),
};

/** Commands that make an instance a service of the host. */
export const SERVICE_COMMANDS: readonly CommandSpec[] = [INSTALL, UNINSTALL, ENABLE, DISABLE, IS_INSTALLED, GENERATE];
