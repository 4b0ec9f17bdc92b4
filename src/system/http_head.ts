import type { Connection } from "./sockets.ts";

/** Longest head of an answer, in bytes, that is waited for. */
const LONGEST_HEAD = 16 * 1024;
const STATUS_LINE = /^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/;

/**
 * Finds the status of an HTTP/1 answer in bytes as they arrive, RFC 9112. Interim answers (100, 103) are passed over;
 * 101 is none of them: nothing comes after it.
 */
export class HeadReader {
  #text = "";

  /**
   * @returns the status once the whole head of the final answer was seen
   * @throws Error when it is none, or longer than 16 KiB
   */
  take(bytes: Uint8Array): number | undefined {
    for (const byte of bytes) this.#text += String.fromCharCode(byte);
    for (;;) {
      const end = /\r?\n\r?\n/.exec(this.#text);
      this.#refuse(end === null ? this.#text.length : end.index);
      if (end === null) return undefined;
      const status = Number(STATUS_LINE.exec(this.#text.split(/\r?\n/, 1)[0] ?? "")?.[1]);
      if (status >= 200 || status === 101) return status;
      this.#text = this.#text.slice(end.index + end[0].length);
    }
  }

  #refuse(length: number): void {
    const line = this.#text.split(/\r?\n/, 1)[0] ?? "";
    const complete = line.length < this.#text.length;
    if (complete ? !STATUS_LINE.test(line) : !"HTTP/1.".startsWith(line.slice(0, 7))) {
      throw new Error("the answer is not HTTP");
    }
    if (length > LONGEST_HEAD) throw new Error("the head of the answer is longer than 16 KiB");
  }
}

/** Bytes that one read takes. */
const CHUNK = 4096;

/**
 * Sends a whole request and waits for the head of its answer; @returns the status. Of the body nothing but what came along
 * with the head is read.
 *
 * @throws Error when the answer is no HTTP or the connection ends before it; what the connection throws
 */
export async function exchange(connection: Connection, request: Uint8Array): Promise<number> {
  for (let sent = 0; sent < request.length;) sent += await connection.write(request.subarray(sent));
  const head = new HeadReader();
  const chunk = new Uint8Array(CHUNK);
  for (;;) {
    const length = await connection.read(chunk);
    if (length === null) throw new Error("the connection was closed without an answer");
    const status = head.take(chunk.subarray(0, length));
    if (status !== undefined) return status;
  }
}
