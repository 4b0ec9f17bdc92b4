/**
 * The parts of the protocol's SDK that the gateway uses, in one place: the package leads Deno to no declarations for the
 * paths that its own documentation has (its issue 2701), so each of them names the declarations too.
 *
 * Heavy: imported when a server is to be connected or a client has come, never by a command.
 */
export { Client } from "@modelcontextprotocol/sdk/client";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
export { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
export { Server } from "@modelcontextprotocol/sdk/server";
// @ts-types="@modelcontextprotocol/sdk/server/webStandardStreamableHttp"
export { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/shared/stdio"
export { deserializeMessage, serializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js";
export type { Transport } from "@modelcontextprotocol/sdk/shared/transport";
// @ts-types="@modelcontextprotocol/sdk/types"
export { ResultSchema } from "@modelcontextprotocol/sdk/types.js";
export type { JSONRPCMessage, Progress } from "@modelcontextprotocol/sdk/types";
export type { jsonSchemaValidator } from "@modelcontextprotocol/sdk/validation";
