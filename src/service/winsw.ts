import { commandWords, type ServiceDefinition, type ServiceFile, stopSeconds } from "./definition.ts";
import { xmlComment, xmlText } from "./xml_text.ts";

/** A service definition for WinSW, which wraps a console program as a Windows service. */
export function winswFiles(definition: ServiceDefinition): ServiceFile[] {
  const { name, description, env, restartSec } = definition;
  const [binary = "", ...rest] = commandWords(definition, "run");
  const tag = (key: string, text: string) => `  <${key}>${xmlText(text)}</${key}>`;
  const lines = [
    xmlComment("UNTESTED: made after the documentation of WinSW, never run on Windows. Only `run` works there."),
    "<service>",
    tag("id", name),
    tag("name", name),
    tag("description", description),
    tag("executable", binary),
    tag("arguments", rest.map(windowsWord).join(" ")),
    ...Object.entries(env).map(([key, value]) => `  <env name="${xmlText(key)}" value="${xmlText(value)}"/>`),
    `  <onfailure action="restart" delay="${Math.ceil(restartSec)} sec"/>`,
    tag("stoptimeout", `${stopSeconds(definition)} sec`),
    tag("startmode", "Automatic"),
    `  <log mode="roll"/>`,
    "</service>",
    "",
  ];
  return [{ path: `${name}.xml`, name: `${name}.xml`, mode: 0o644, text: lines.join("\n") }];
}

/** A word as CommandLineToArgvW reads it: backslashes count only before a quote. */
function windowsWord(text: string): string {
  if (/^[A-Za-z0-9_./:\\@+,=-]+$/.test(text)) return text;
  return `"${text.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, "$&$&")}"`;
}
