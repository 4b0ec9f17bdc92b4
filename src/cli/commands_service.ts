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
    "Home, configuration file and shutdown_timeout come from this instance (--home, --name, --config). The same instance gives the same text, so that it can be kept under version control. Nothing is installed.",
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
    cannotCreate: true,
    noPermission: true,
    config: true,
  },
  anywhere: true,
  load: () => import("./verbs/generate.ts").then((verb) => verb.generate),
};

/** Commands that make an instance a service of the host. */
export const SERVICE_COMMANDS: readonly CommandSpec[] = [GENERATE];
