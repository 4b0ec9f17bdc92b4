/** What `deploy/` holds of every format, and the command that makes each. */
import { APPD_APP } from "../src/app/kit/app.ts";
import { APPD } from "../src/cli/command_table.ts";
import { fakeTerminal } from "../src/cli/fake_terminal.ts";
import { main } from "../src/cli/run.ts";
import type { ServiceFile } from "../src/service/definition.ts";
import { realSystem, type System } from "../src/system/system.ts";

/** One command that was run for `deploy/`. */
export interface Generated {
  /** Directory below `deploy/`, empty for itself. */
  readonly directory: string;
  /** Words after `appd generate`. */
  readonly words: readonly string[];
  /** What it is for. */
  readonly says: string;
}

const PRODUCTION = ["--config", "/etc/appd/config.toml"];

export const GENERATED: readonly Generated[] = [
  {
    directory: "systemd",
    words: ["systemd", "--system", ...PRODUCTION],
    says: "production: a user of its own, locked in",
  },
  {
    directory: "systemd-dev",
    words: ["systemd-user", "--name", "dev"],
    says: "development: in the session of a user, not locked in, beside other instances",
  },
  {
    directory: "systemd-root",
    words: ["systemd", "--system", "--profile", "root", "--home", "/var/lib/appd", ...PRODUCTION],
    says: "root, for programs of several users",
  },
  {
    directory: "systemd-jobs",
    words: ["systemd", "--system", "--profile", "jobs", ...PRODUCTION],
    says: "nothing but jobs, within private networks",
  },
  { directory: "systemd", words: ["systemd-template", "--system"], says: "any number of instances: appd@web" },
  { directory: "systemd", words: ["sysusers"], says: "the user named appd" },
  { directory: "launchd", words: ["launchd"], says: "macOS, for the host" },
  { directory: "launchd-agent", words: ["launchd-agent"], says: "macOS, for a user; the paths are an example's" },
  { directory: "openrc", words: ["openrc", ...PRODUCTION], says: "OpenRC, with supervise-daemon" },
  { directory: "runit", words: ["runit", ...PRODUCTION], says: "runit" },
  { directory: "s6", words: ["s6", ...PRODUCTION], says: "s6-rc" },
  { directory: "", words: ["logrotate"], says: "logrotate, for those who do not want appd to rotate" },
  {
    directory: "container",
    words: ["container"],
    says: "an image with the binary: a Containerfile, its first process, a configuration to start with",
  },
  { directory: "", words: ["kubernetes"], says: "Kubernetes" },
  { directory: "", words: ["compose"], says: "Docker Compose, Podman Compose" },
  { directory: "winsw", words: ["winsw"], says: "Windows, untested" },
];

/** The line that makes one, for the README. */
export function commandOf({ words }: Generated): string {
  return ["appd", "generate", ...words].join(" ");
}

/** The files that one command makes, by path below `deploy/`; on a host where nothing is configured yet. */
export async function filesOf(generated: Generated): Promise<ReadonlyMap<string, ServiceFile>> {
  const terminal = fakeTerminal();
  const binary = generated.words[0] === "winsw" ? "C:\\Program Files\\appd\\appd.exe" : "/usr/local/bin/appd";
  const code = await main(
    { program: APPD, app: APPD_APP },
    ["generate", ...generated.words, "--json"],
    bareHost(binary, terminal),
  );
  if (code !== 0) throw new Error(`cannot run "${commandOf(generated)}": ${terminal.stderr}`);
  const { files } = JSON.parse(terminal.stdout) as { files: ServiceFile[] };
  const prefix = generated.directory === "" ? "" : `${generated.directory}/`;
  return new Map(files.map((file) => [`${prefix}${file.name}`, file]));
}

/** A host with the binary, and neither configuration nor environment. */
function bareHost(binary: string, terminal: System["terminal"]): System {
  const system = realSystem();
  const nothing = () => {
    throw Object.assign(new Error("no such file"), { code: "ENOENT" });
  };
  return {
    ...system,
    terminal,
    files: { ...system.files, open: nothing, stat: () => undefined },
    host: { ...system.host, self: [binary], env: {}, uid: 0, homeDirectory: "/Users/me", platform: "linux" },
  };
}

/** `deploy/README.md`. */
export async function deployReadme(): Promise<string> {
  const rows = await Promise.all(GENERATED.map(async (generated) => {
    const names = [...(await filesOf(generated)).keys()];
    return `| ${names.map((name) => `[${name}](${name})`).join("<br>")} | ${generated.says} | \`${
      commandOf(generated)
    }\` |`;
  }));
  return `${README}| files | for | made by |\n| --- | --- | --- |\n${rows.join("\n")}\n`;
}

const README = `# Deployment

Everything here but the scripts is made by \`appd generate\`, and a test compares: change the code, then
\`deno task derived\`. Make your own with your paths: \`appd generate KIND --help\`. To have the binary put it in place,
\`appd install\`.

The paths are those of a binary in /usr/local/bin. A service of its own user keeps its files in /var/lib/appd; ask it with
\`appd --home /var/lib/appd status\`, or set APPD_HOME.

| script | does |
| --- | --- |
| [install.sh](install.sh) | copies the binary to /usr/local/bin (without root: ~/.local/bin) and runs \`appd install\` |
| [start.sh](start.sh) | \`appd start\` |
| [stop.sh](stop.sh) | \`appd stop\` |
| [restart.sh](restart.sh) | \`appd restart\`, which checks the configuration before it stops anything |
| [status.sh](status.sh) | \`appd status\` |

They take the binary from APPD, else from PATH, else from dist/ beside this directory; what follows goes to the command.

[config.schema.json](config.schema.json) is the JSON Schema of config.toml, for editors.

`;
