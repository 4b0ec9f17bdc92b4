import { type InstallResult, installService } from "../../app/service/install.ts";
import { serviceWorld } from "../../app/service/ports.ts";
import { uninstallService } from "../../app/service/uninstall.ts";
import type { Context } from "../../app/context.ts";
import { PROFILES } from "../../service/definition.ts";
import type { InstallOptions } from "../../service/ownership.ts";
import { givenContext } from "../context_of.ts";
import { givenMode } from "../given_mode.ts";
import { isOn, textOf } from "../invocation.ts";
import { startInstalled } from "../service_start.ts";
import { scopeOf } from "../service_wish.ts";
import type { VerbInput } from "../verb.ts";

/** Makes the instance a service; `--now` starts it. */
export async function install(input: VerbInput): Promise<number> {
  const { invocation, output } = input;
  const context = givenContext(input);
  const dryRun = isOn(invocation, "dry-run");
  const result = await installService(serviceWorld(context), {
    scope: scopeOf(invocation),
    options: optionsOf(input, context),
    enable: !isOn(invocation, "no-enable"),
    force: isOn(invocation, "force"),
    dryRun,
  });
  const told = { ...result, dry_run: dryRun };
  if (!output.json) tellInstalled(input, result, dryRun);
  if (dryRun || !isOn(invocation, "now")) {
    if (output.json) output.printJson(told);
    return 0;
  }
  const started = await startInstalled(input, result);
  if (output.json) output.printJson({ ...told, started });
  return 0;
}

function optionsOf({ invocation }: VerbInput, context: Context): InstallOptions {
  const profile = PROFILES.find((one) => one === textOf(invocation, "profile"));
  const [runAs, binary] = [textOf(invocation, "run-as"), textOf(invocation, "binary")];
  const mode = givenMode(invocation);
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(runAs === undefined ? {} : { runAs }),
    ...(isOn(invocation, "keep-programs") ? { keepPrograms: true } : {}),
    ...(binary === undefined ? {} : { binary }),
    ...(mode === undefined ? {} : { mode }),
    ...(context.configFileExplicit ? { config: context.configFile } : {}),
  };
}

function tellInstalled(input: VerbInput, result: InstallResult, dryRun: boolean): void {
  const { output, program } = input;
  const { unit, path, found, changes, notes } = result;
  if (found === "same") output.tell(`${program.name}: ${unit} is already installed, unchanged, in "${path}"`);
  else if (dryRun) {
    const edited = found === "edited" ? ", which was edited by hand (--force would be needed)" : "";
    output.tell(`${program.name}: would write "${path}"${edited}:`);
    output.print(changes.map((line) => found === "nothing" ? line.slice(1) : line).join("\n").trimEnd());
  } else {
    const verb = found === "nothing" ? "installed" : "updated";
    const hint = found === "nothing" ? "" : `; the daemon has it after: ${output.advise(`${program.name} restart`)}`;
    output.tell(`${program.name}: ${verb} ${unit} in "${path}"${hint}`);
  }
  for (const note of notes) output.tell(`${program.name}: ${note}`);
}

/** Stops the service and removes it. */
export async function uninstall(input: VerbInput): Promise<number> {
  const { invocation, output, program } = input;
  const dryRun = isOn(invocation, "dry-run");
  const result = await uninstallService(serviceWorld(givenContext(input)), {
    scope: scopeOf(invocation),
    force: isOn(invocation, "force"),
    dryRun,
  });
  if (output.json) {
    output.printJson({ ...result, dry_run: dryRun });
    return 0;
  }
  const { was, unit, path, notes } = result;
  if (!was) output.tell(`${program.name}: ${unit} is not installed`);
  else output.tell(`${program.name}: ${dryRun ? "would remove" : "removed"} ${unit}, "${path}"`);
  for (const note of notes) output.tell(`${program.name}: ${note}`);
  return 0;
}
