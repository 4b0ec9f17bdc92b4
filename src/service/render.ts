import { checkDefinition, type Kind, type ServiceDefinition, type ServiceFile } from "./definition.ts";
import { systemdFiles, systemdTemplateFiles } from "./systemd.ts";

const RENDERERS: Readonly<Partial<Record<Kind, (definition: ServiceDefinition) => readonly ServiceFile[]>>> = {
  systemd: systemdFiles,
  "systemd-user": systemdFiles,
  "systemd-template": systemdTemplateFiles,
};

/**
 * The files that make `definition` known to one service manager. The same definition gives the same bytes.
 *
 * @throws AppdError (usage) when a name or path cannot be said, or the profile does not go with the scope
 */
export function render(kind: Kind, definition: ServiceDefinition): readonly ServiceFile[] {
  checkDefinition(definition);
  const renderer = RENDERERS[kind];
  if (renderer === undefined) throw new Error(`no renderer for ${kind}`);
  return renderer(definition);
}
