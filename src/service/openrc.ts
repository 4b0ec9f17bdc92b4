import { instanceHome, type ServiceDefinition, type ServiceFile, stopSeconds, verbWords } from "./definition.ts";
import { accountOf, shellExports, shellWord } from "./shell_text.ts";

/**
 * A service script for supervise-daemon, openrc-run(8).
 *
 * OpenRC splits `command_args` into words and then evaluates them. Paths therefore stand in variables, and the words name
 * these: the only way in which two spaces in a row, or a `*`, come through.
 */
export function openrcFiles(definition: ServiceDefinition): ServiceFile[] {
  const { name, description, program, prefix, instance, configFile, user, env, restartSec } = definition;
  const owner = accountOf(definition);
  const common = `--home "$service_home"${instance === undefined ? "" : ` --name ${instance}`}${
    configFile === undefined ? "" : ` --config "$service_config"`
  }`;
  const lines = [
    "#!/sbin/openrc-run",
    "# supervise-daemon starts it again when it dies, and stops it with the time that it needs.",
    "",
    `service_binary=${shellWord(definition.binary)}`,
    `service_home=${shellWord(definition.home)}`,
    `service_files=${shellWord(instanceHome(definition))}`,
    ...(configFile === undefined ? [] : [`service_config=${shellWord(configFile)}`]),
    "",
    `name=${shellWord(name)}`,
    `description=${shellWord(description)}`,
    `description_reload=${shellWord("read the configuration again; what is invalid changes nothing")}`,
    `extra_started_commands="reload"`,
    "",
    "supervisor=supervise-daemon",
    `command='"$service_binary"'`,
    `command_args='${common} ${verbWords(definition, "run").join(" ")}'`,
    ...(user === undefined ? [] : [`command_user=${shellWord(owner)}`]),
    `pidfile=${shellWord(`/run/${name}.supervise.pid`)}`,
    `retry="TERM/${stopSeconds(definition)}/KILL/5"`,
    `respawn_delay=${Math.ceil(restartSec)}`,
    "# As often as it takes.",
    "respawn_max=0",
    "umask=077",
    "",
    "# Nobody reads its standard error: it writes its own log, and only the last words of a crash go here.",
    ...shellExports({ [`${prefix}_LOG_OUTPUTS`]: "file", ...env }),
    `output_log='"$service_files/daemon.err"'`,
    `error_log='"$service_files/daemon.err"'`,
    "",
    "depend() {",
    "  use localmount net logger dns",
    "  after bootmisc firewall",
    "}",
    "",
    "start_pre() {",
    `  checkpath --directory --mode 0700 --owner ${shellWord(owner)} "$service_home" "$service_files"`,
    "}",
    "",
    "reload() {",
    `  ebegin "Reloading $RC_SVCNAME"`,
    // As the daemon's user: root trusts no PID file that another user could have written.
    `  ${user === undefined ? `"$service_binary"` : `su -s "$service_binary" ${shellWord(user)} --`} ${common} reload`,
    `  eend $? "see: ${program} status"`,
    "}",
    "",
  ];
  return [{ path: `/etc/init.d/${name}`, name: `${name}.initd`, mode: 0o755, text: lines.join("\n") }];
}
