import type { ServiceDefinition } from "./definition.ts";

/** A name that breaks what does not escape: spaces in a row, quotes, specifiers, variables, patterns, non-ASCII. */
export const HOSTILE = `/srv/a  b/%i %% $HOME \${x} $(id) \`id\` * 'q' "Q" \\n \\ é #;&<>|=/x`;

/** The instance without a name in /var/lib/appd, as a service of its own user. */
export function fakeDefinition(more: Partial<ServiceDefinition> = {}): ServiceDefinition {
  return {
    name: "appd",
    unit: "appd",
    label: "com.appd.daemon",
    prefix: "APPD",
    program: "appd",
    description: "appd: supervised programs and jobs",
    binary: "/usr/local/bin/appd",
    home: "/var/lib/appd",
    scope: "system",
    user: "appd",
    profile: "dedicated",
    keepPrograms: false,
    stopTimeoutMs: 30_000,
    restartSec: 2,
    env: {},
    port: 8321,
    logs: ["/var/lib/appd/daemon.log", "/var/lib/appd/programs/*/output.log"],
    ...more,
  };
}
