import { errnoOf } from "../base/errors.ts";
import type { Files } from "./files.ts";

/** The last bytes of a file as text, at most `bytes` of them; empty when there is none. Throws what node throws. */
export function readEnd(files: Pick<Files, "open" | "close" | "read" | "fstat">, path: string, bytes: number): string {
  let fd: number;
  try {
    fd = files.open(path, { access: "read" });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return "";
    throw error;
  }
  try {
    const into = new Uint8Array(bytes);
    return new TextDecoder().decode(into.subarray(0, files.read(fd, into, Math.max(0, files.fstat(fd).size - bytes))));
  } finally {
    files.close(fd);
  }
}
