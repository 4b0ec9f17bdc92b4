import { composeFiles } from "./compose.ts";
import { containerFiles } from "./container_files.ts";
import { checkDefinition, type Kind, type ServiceDefinition, type ServiceFile } from "./definition.ts";
import { kubernetesFiles } from "./kubernetes.ts";
import { launchdFiles } from "./launchd.ts";
import { logrotateFiles } from "./logrotate.ts";
import { openrcFiles } from "./openrc.ts";
import { runitFiles } from "./runit.ts";
import { s6Files } from "./s6.ts";
import { systemdFiles, systemdTemplateFiles } from "./systemd.ts";
import { sysusersFiles } from "./sysusers.ts";
import { winswFiles } from "./winsw.ts";

type Renderer = (definition: ServiceDefinition) => readonly ServiceFile[];

const RENDERERS: Readonly<Record<Kind, Renderer>> = {
  systemd: systemdFiles,
  "systemd-user": systemdFiles,
  "systemd-template": systemdTemplateFiles,
  sysusers: sysusersFiles,
  launchd: launchdFiles,
  "launchd-agent": launchdFiles,
  openrc: openrcFiles,
  runit: runitFiles,
  s6: s6Files,
  logrotate: logrotateFiles,
  container: containerFiles,
  kubernetes: kubernetesFiles,
  compose: composeFiles,
  winsw: winswFiles,
};

/** Kinds whose scope their name says, whatever the definition has. */
const SCOPES: Readonly<Partial<Record<Kind, ServiceDefinition["scope"]>>> = {
  "systemd-user": "user",
  "launchd-agent": "user",
  launchd: "system",
};

/**
 * The files that make `definition` known to one service manager. The same definition gives the same bytes.
 *
 * @throws AppdError (usage) when a name or path cannot be said, or the profile does not go with the scope
 */
export function render(kind: Kind, definition: ServiceDefinition): readonly ServiceFile[] {
  checkDefinition(definition);
  return RENDERERS[kind]({ ...definition, scope: SCOPES[kind] ?? definition.scope });
}
