// The server of the test stack: `node stack_server.mjs FIRST_PORT REDIS_PORT POSTGRES_PORT LEDGER`. Listens on FIRST_PORT
// for its first instance, on the next port for the second and so on. Every 10 ms it writes a numbered line to stdout, then
// to the ledger. Without redis or PostgreSQL it ends at once: so it was not started before they were ready.
import { Buffer } from "node:buffer";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import process from "node:process";

const [first, redis, postgres] = process.argv.slice(2, 5).map(Number);
const ledger = fs.openSync(process.argv[5], "a");

/** Resolves with the first byte of the answer. */
function ask(port, question) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(question));
    socket.setTimeout(10_000, () => socket.destroy(new Error(`no answer from port ${port}`)));
    socket.on("error", reject);
    socket.once("data", (bytes) => {
      socket.destroy();
      resolve(bytes[0]);
    });
  });
}

await ask(redis, "PING\r\n");
await ask(postgres, Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])); // SSLRequest

let count = 0;
function beat() {
  const line = `node ${process.pid} ${count++}\n`;
  fs.writeSync(1, line);
  fs.writeSync(ledger, line);
}
const beats = setInterval(beat, 10);

const hoard = [];
const server = http.createServer((request, response) => {
  // Grows until something stops it.
  if (request.url === "/grow") setInterval(() => hoard.push(Buffer.alloc(1 << 20, 1)), 1);
  response.end(`${process.env.APPD_INSTANCE} ${process.pid}\n`);
});
server.listen(first + Number(process.env.APPD_INSTANCE) - 1, "127.0.0.1");

process.on("SIGTERM", () => {
  clearInterval(beats);
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
