/** The app's own settings: `[[upstream]]`, the servers behind the gateway, and `[gateway]`. */
import {
  type AppConfig,
  argv,
  duration,
  flag,
  integer,
  listSection,
  mapOf,
  path,
  section,
  setting,
  text,
  variable,
  webAddress,
} from "../../src/mod.ts";
import { SERVER_NAME } from "./names.ts";

/** How a server is reached. */
export type Reach =
  | {
    readonly kind: "command";
    readonly command: readonly string[];
    readonly cwd?: string;
    readonly env: Readonly<Record<string, string>>;
  }
  | { readonly kind: "url"; readonly url: string; readonly headers: Readonly<Record<string, string>> };

/** One server behind the gateway; times in milliseconds. */
export interface UpstreamSettings {
  readonly name: string;
  readonly enabled: boolean;
  readonly reach: Reach;
  readonly timeout: number;
  readonly connectTimeout: number;
  readonly pingEvery: number;
  readonly critical: boolean;
}

export const UPSTREAM_SECTION = listSection("upstream", {
  help: "an MCP server whose tools, resources and prompts the gateway offers",
  doc:
    "One that ends or cannot be reached is tried again, with growing pauses. A reload connects and disconnects only " +
    "those that changed.",
  unique: "name",
  fields: {
    name: setting(text({ label: "name", pattern: SERVER_NAME, expected: "1 to 32 small letters, digits and dashes" }), {
      required: true,
      help: "name of the server, unlike that of any other; its tools are called NAME__TOOL",
      reload: "applied",
      example: "docs",
    }),
    enabled: setting(flag(), {
      default: true,
      help: "false: it is not connected",
      reload: "applied",
      example: false,
    }),
    command: setting(argv(), {
      help: "program and arguments of a server that speaks over stdin and stdout; this or url",
      reload: "applied",
      example: ["docs-server", "--root", "/srv/docs"],
    }),
    cwd: setting(path("directory"), {
      defaultText: "the home directory of the instance",
      help: "directory in which the command runs",
      reload: "applied",
      example: "/srv/docs",
    }),
    env: setting(
      mapOf(variable(), { label: "table of texts", keys: /^[A-Za-z_]\w*$/, expected: "a variable's name" }),
      {
        default: {},
        help: "variables for the command, beside PATH, HOME, USER, LOGNAME, SHELL, LANG and TZ",
        reload: "applied",
        example: { DOCS_LANGUAGE: "en" },
        secret: true,
      },
    ),
    url: setting(webAddress({ example: "http://127.0.0.1:9000/mcp" }), {
      help: "address of a server that speaks Streamable HTTP; this or command",
      reload: "applied",
      example: "http://127.0.0.1:9000/mcp",
    }),
    headers: setting(mapOf(variable(), { label: "table of texts", keys: /^[\w-]+$/, expected: "a header's name" }), {
      default: {},
      help: "headers sent to the url with every request",
      reload: "applied",
      example: { Authorization: "Bearer …" },
      secret: true,
    }),
    timeout: setting(duration({ min: 1 }), {
      default: "1m",
      help: "how long a call may take without a word of its progress",
      reload: "applied",
      example: "5m",
    }),
    connect_timeout: setting(duration({ min: 1 }), {
      default: "30s",
      help: "how long connecting may take",
      reload: "applied",
      example: "2m",
    }),
    ping_every: setting(duration({ min: 0 }), {
      default: "15s",
      help: "pause between two looks whether the server still answers; 0: none",
      reload: "applied",
      example: "1m",
    }),
    critical: setting(flag(), {
      default: false,
      help: "true: without it the gateway is degraded, and its health 503",
      reload: "applied",
      example: true,
    }),
  },
  finish({ command, cwd, env, url, headers, ...rest }, reading): UpstreamSettings {
    if ((command === undefined) === (url === undefined)) {
      reading.flaw(command === undefined ? "has neither command nor url" : "has both command and url", {
        hint: 'a server is reached by one of them: command = ["docs-server"], or url = "http://…"',
      });
    }
    if (command === undefined) return { ...rest, reach: { kind: "url", url: url ?? "", headers } };
    return { ...rest, reach: { kind: "command", command, env, ...(cwd === undefined ? {} : { cwd }) } };
  },
});

export const GATEWAY_SECTION = section("gateway", {
  help: "the endpoint for MCP clients, /mcp",
  fields: {
    max_sessions: setting(integer({ min: 1, max: 10_000 }), {
      default: 128,
      help: "most clients at once; one more closes the session that was idle longest",
      reload: "applied",
      example: 32,
    }),
    session_idle: setting(duration({ min: 1000 }), {
      default: "1h",
      help: "time without a request and without an open stream after which a session is forgotten",
      reload: "applied",
      example: "10m",
    }),
  },
});

/** All of the app's own sections. */
export const MCPEG_SECTIONS = [UPSTREAM_SECTION, GATEWAY_SECTION] as const;

/** The configuration: appd's, and the app's own. */
export type McpegConfig = AppConfig<typeof MCPEG_SECTIONS>;
