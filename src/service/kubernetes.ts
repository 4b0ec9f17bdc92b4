import { posix } from "node:path";
import { CONTAINER, containerConfig, containerWords, initOf, volumeOf } from "./container.ts";
import { type ServiceDefinition, type ServiceFile, stopSeconds } from "./definition.ts";
import { type Yaml, yaml } from "./yaml_text.ts";

/**
 * ConfigMap, Secret and Deployment with the three probes. The probes come from another address, so that the listener is
 * open to the pod's network, and everything but the probes asks for the token.
 */
export function kubernetesFiles(definition: ServiceDefinition): ServiceFile[] {
  const name = dnsLabel(definition.name);
  const labels = { "app.kubernetes.io/name": dnsLabel(definition.program), "app.kubernetes.io/instance": name };
  const documents: readonly [comment: readonly string[], document: Yaml][] = [
    [["The configuration; your programs and jobs go here."], {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, labels },
      data: { "config.toml": configText(definition) },
    }],
    [["Replace the token: openssl rand -base64 32. As it stands it is too short, and the pod will not start."], {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, labels },
      type: "Opaque",
      stringData: { token: "replace me" },
    }],
    [[
      "One pod: an instance is one daemon with one home. A persistentVolumeClaim in place of the emptyDir keeps the",
      "history of the jobs.",
    ], {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, labels },
      spec: {
        replicas: 1,
        strategy: { type: "Recreate" },
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec(definition, name) },
      },
    }],
  ];
  const text = documents.map(([comment, document]) =>
    ["---", ...comment.map((line) => `# ${line}`), ...yaml(document), ""].join("\n")
  ).join("");
  return [{
    path: `${definition.name}.kubernetes.yaml`,
    name: `${definition.name}.kubernetes.yaml`,
    mode: 0o644,
    text,
  }];
}

/** A name as RFC 1123 wants it. */
function dnsLabel(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 63);
}

function portOf({ port }: ServiceDefinition): number {
  return port === 0 ? 8321 : port;
}

function configText(definition: ServiceDefinition): string {
  return [
    "[server]",
    'bind = "0.0.0.0"',
    `port = ${portOf(definition)}`,
    'token_file = "token"',
    "",
    "# [[program]]",
    '# name = "web"',
    '# command = ["/srv/web/server"]',
    "",
  ].join("\n");
}

function podSpec(definition: ServiceDefinition, name: string): Yaml {
  const { program, env } = definition;
  const configFile = containerConfig(definition);
  const secrets = `/run/secrets/${program}`;
  const told = { ...definition, configFile };
  const id = CONTAINER.uid;
  return {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: stopSeconds(definition),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: id,
      runAsGroup: id,
      fsGroup: id,
      seccompProfile: { type: "RuntimeDefault" },
    },
    initContainers: [{
      name: "token",
      image: imageOf(definition),
      command: ["/bin/sh", "-c", copyToken(secrets), "sh", escape(definition.home)],
      securityContext: LOCKED,
      volumeMounts: [{ name: "home", mountPath: volumeOf(definition) }, { name: "token", mountPath: secrets }],
    }],
    containers: [{
      name: dnsLabel(definition.program),
      image: imageOf(definition),
      command: [escape(initOf(definition)), ...containerWords(told, "run", escape)],
      ...(Object.keys(env).length === 0
        ? {}
        : { env: Object.entries(env).map(([key, value]) => ({ name: key, value: escape(value) })) }),
      ports: [{ name: "http", containerPort: portOf(definition) }],
      startupProbe: { ...probe("/livez"), periodSeconds: 2, failureThreshold: 30 },
      livenessProbe: { ...probe("/livez"), periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
      readinessProbe: { ...probe("/readyz"), periodSeconds: 5, timeoutSeconds: 5 },
      securityContext: LOCKED,
      volumeMounts: [
        { name: "home", mountPath: volumeOf(definition) },
        { name: "config", mountPath: posix.dirname(configFile), readOnly: true },
        { name: "tmp", mountPath: "/tmp" },
      ],
    }],
    volumes: [
      { name: "home", emptyDir: {} },
      { name: "tmp", emptyDir: {} },
      { name: "config", configMap: { name } },
      { name: "token", secret: { secretName: name, defaultMode: 0o440 } },
    ],
  };
}

/** A mounted Secret is a link that a group may read; a token file must be its owner's alone. */
function copyToken(secrets: string): string {
  return `umask 077 && mkdir -p "$1" && cp ${secrets}/token "$1/token"`;
}

const LOCKED = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

function probe(path: string) {
  return { httpGet: { path, port: "http" } };
}

function imageOf({ program }: ServiceDefinition): string {
  return `${program}:latest`;
}

/** `$(NAME)` would be a variable in a command. */
function escape(text: string): string {
  return text.replaceAll("$(", "$$$$(");
}
