import { posix } from "node:path";
import { CONTAINER, containerConfig, containerWords, initOf, volumeOf } from "./container.ts";
import { type ServiceDefinition, type ServiceFile, stopSeconds } from "./definition.ts";
import { type Yaml, yaml } from "./yaml_text.ts";

/** A Compose file with one service; its health is what `health` says. */
export function composeFiles(definition: ServiceDefinition): ServiceFile[] {
  const { program, name, env } = definition;
  const configFile = containerConfig(definition);
  const told = { ...definition, configFile };
  const document: Yaml = {
    services: {
      [name]: {
        image: `${program}:latest`,
        command: containerWords(told, "run", escape).slice(1),
        entrypoint: [escape(initOf(definition)), ...containerWords(told, "run", escape).slice(0, 1)],
        restart: "on-failure",
        stop_grace_period: `${stopSeconds(definition)}s`,
        healthcheck: {
          test: ["CMD", ...containerWords(told, "health", escape)],
          interval: "10s",
          timeout: "5s",
          retries: 3,
          start_period: "60s",
        },
        ...(Object.keys(env).length === 0
          ? {}
          : { environment: Object.fromEntries(Object.entries(env).map(([key, value]) => [key, escape(value)])) }),
        user: `${CONTAINER.uid}:${CONTAINER.uid}`,
        read_only: true,
        tmpfs: ["/tmp"],
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        volumes: [
          { type: "volume", source: "home", target: escape(volumeOf(definition)) },
          {
            type: "bind",
            source: "./config.toml",
            target: escape(posix.join(posix.dirname(configFile), "config.toml")),
            read_only: true,
          },
        ],
      },
    },
    volumes: { home: {} },
  };
  const text = [
    "# config.toml beside this file is the configuration. The HTTP listener stays inside: docker compose exec reaches it.",
    ...yaml(document),
    "",
  ].join("\n");
  return [{ path: "compose.yaml", name: "compose.yaml", mode: 0o644, text }];
}

/** `$` begins a variable everywhere in the file. */
function escape(text: string): string {
  return text.replaceAll("$", "$$$$");
}
