import type { Connector } from "../system/sockets.ts";
import type { Look } from "./probe.ts";

/** Good when a connection can be made; it is closed at once and nothing is sent. */
export function tcpLook(address: { readonly hostname: string; readonly port: number }, connector: Connector): Look {
  const { hostname, port } = address;
  return {
    subject: `tcp ${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`,
    async look(signal) {
      (await connector.connect({ hostname, port }, signal)).close();
      return { ok: true, seen: "connected" };
    },
  };
}
