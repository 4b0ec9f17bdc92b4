import { escapeControls } from "../base/escape.ts";
import type { Check, Finding } from "./doctor.ts";
import type { PortSeen, Scene } from "./scene.ts";
import { processText } from "./check_daemon.ts";

function findConfiguration({ configuration, daemon }: Scene): Finding[] {
  const { problems, warnings, path } = configuration;
  const wrong = problems.map(({ text, hint }): Finding => ({
    id: "config.invalid",
    severity: "error",
    what: escapeControls(text),
    why: daemon.kind === "running"
      ? "the daemon goes on with what it had, and neither reloads nor restarts with this"
      : "the daemon does not start",
    hint: escapeControls(hint ?? `mend it, then: appd config check --config "${path}"`),
  }));
  return [...wrong, ...warnings.map((text) => doubtful("config.doubtful", text)), ...findLate(daemon)];
}

function findLate(daemon: Scene["daemon"]): Finding[] {
  const keys = daemon.kind === "running" ? daemon.needsRestart : [];
  if (keys.length === 0) return [];
  return [{
    id: "config.late",
    severity: "warning",
    what: `${keys.join(", ")}: reloaded, and in effect only after a restart`,
    why: "the daemon goes on with what it was started with, whatever the file says",
    hint: "take it up: appd restart",
  }];
}

const WHY = {
  "commands.missing": "it will fail when it is started",
  "commands.open": "whoever writes it decides what root executes",
  "config.doubtful": "what is written there has no effect, or another one",
} as const;

function doubtful(id: keyof typeof WHY, text: string): Finding {
  return {
    id,
    severity: "warning",
    what: escapeControls(text),
    why: WHY[id],
    hint: "see them all: appd config check",
  };
}

function findPort({ port, daemon }: Scene): Finding[] {
  if (port === undefined || port.state === "free" || port.state === "ours") return [];
  return port.state === "taken" ? [taken(port, daemon.kind === "running")] : [unusable(port)];
}

function addressOf({ bind, port }: PortSeen): string {
  return bind.includes(":") ? `[${bind}]:${port}` : `${bind}:${port}`;
}

function taken(port: PortSeen, isRunning: boolean): Finding {
  const { holder, holderInstance } = port;
  const who = holder === undefined ? "a process that this user may not see" : processText(holder);
  const instance = holderInstance === undefined ? "" : `, the instance "${holderInstance}"`;
  return {
    id: "port.taken",
    severity: "error",
    what: `${addressOf(port)} is held by ${who}${instance}`,
    why: isRunning ? "the daemon does not listen where the configuration says" : "the daemon does not start",
    hint: holder === undefined
      ? `find it: sudo ss -ltnp 'sport = :${port.port}'`
      : `end it, or choose another port: appd config set server.port ${port.port + 1}`,
  };
}

function unusable(port: PortSeen): Finding {
  const isDenied = port.state === "denied";
  return {
    id: isDenied ? "port.denied" : "port.address",
    severity: "error",
    what: isDenied
      ? `this user may not listen on ${addressOf(port)}`
      : `${addressOf(port)} is not an address of this host`,
    why: "the daemon does not start",
    hint: isDenied
      ? "choose a port above 1023: appd config set server.port 8321"
      : "see this host's addresses: ip -brief address",
  };
}

function findInstances({ ghosts, siblings, port, home }: Scene): Finding[] {
  const twins = ghosts.map((one): Finding => ({
    id: "instances.ghost",
    severity: "error",
    what: `${processText(one)} holds a lock of "${home}" that was removed: a daemon whose home was deleted under it`,
    why: "it runs on beside any other daemon of this home, with the same programs and jobs",
    hint: `end it: kill ${one.pid}`,
  }));
  if (port === undefined || port.holderInstance !== undefined) return twins;
  const rivals = siblings.filter((one) => one.port === port.port);
  return [
    ...twins,
    ...rivals.map(({ name, home }): Finding => ({
      id: "instances.port",
      severity: "warning",
      what: `the instance "${name}" in "${home}" is configured for port ${port.port} as well`,
      why: "only one of the two can run at a time",
      hint: `give one of them another port: appd config set server.port ${port.port + 1}`,
    })),
  ];
}

/** What is configured, and whether this host can do it. */
export const CONFIGURATION_CHECKS: readonly Check[] = [
  { id: "config", looksAt: "the configuration is valid", find: findConfiguration },
  {
    id: "commands",
    looksAt: "programs and jobs can be started",
    find: ({ configuration }) => [
      ...configuration.obstacles.map((text) => doubtful("commands.missing", text)),
      ...configuration.exposed.map((text) => doubtful("commands.open", text)),
    ],
  },
  { id: "port", looksAt: "the port is free, or ours", find: findPort },
  { id: "instances", looksAt: "no other instance is in the way", find: findInstances },
];
