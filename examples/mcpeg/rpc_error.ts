/** Codes of JSON-RPC 2.0 and of the Model Context Protocol. */
export const RPC = {
  /** The server behind the gateway cannot be reached, or went away during the call. */
  unavailable: -32000,
  timeout: -32001,
  noSuchResource: -32002,
  noSuchMethod: -32601,
  badParams: -32602,
} as const;

/** A failure that the client is told as the `error` of its response. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The failure of a call to `server` as the client is told it: the server's own error as it is, anything else as unavailable. */
export function rpcErrorOf(error: unknown, server: string): RpcError {
  if (error instanceof RpcError) return error;
  const { code, message = String(error), data } = (error ?? {}) as { code?: unknown; message?: string; data?: unknown };
  if (typeof code !== "number" || !Number.isSafeInteger(code) || isHttpStatus(code)) {
    return new RpcError(RPC.unavailable, `server "${server}" cannot be reached: ${message}`, { server });
  }
  const own = withoutCode(message, code);
  if (code === RPC.unavailable && own === "Connection closed") {
    return new RpcError(code, `server "${server}" went away during the call`, { server });
  }
  return new RpcError(code, own, data);
}

/** The SDK's transport over HTTP gives the response's status, or -1, as the code. */
function isHttpStatus(code: number): boolean {
  return code >= -1 && code < 1000;
}

/** The SDK puts the code in front of an error's message; each further hop would put it there again. */
function withoutCode(message: string, code: number): string {
  const prefix = `MCP error ${code}: `;
  return message.startsWith(prefix) ? message.slice(prefix.length) : message;
}
