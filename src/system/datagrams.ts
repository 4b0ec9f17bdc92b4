import fs from "node:fs";

/** A bound unix datagram socket, unix(7). */
export interface DatagramSocket {
  /** The next datagram, cut to the length of `into`, of which the answer is a part; undefined once it is closed. */
  receive(into: Uint8Array): Promise<Uint8Array | undefined>;
  /** Closes it and removes its path, unless somebody else has bound that since. Closing twice does nothing. */
  close(): void;
}

/** Unix datagram sockets. Throws what the runtime throws, an Error with an errno `code` where there is one. */
export interface Datagrams {
  /**
   * Binds `path`, 0600 from the first moment; a socket that an earlier life of ours left there is replaced.
   *
   * @param path at most {@link LONGEST_SOCKET_PATH} bytes
   * @param owner who else than us may send: the socket is given to that account, and root still reads it
   */
  bind(path: string, owner?: { readonly uid: number; readonly gid: number }): DatagramSocket;
}

/** Bytes of a unix socket's path, less the NUL that ends it: sun_path of unix(7). */
export const LONGEST_SOCKET_PATH = 107;

/** The machine's datagram sockets. */
export const systemDatagrams: Datagrams = {
  bind(path, owner) {
    if (fs.lstatSync(path, { throwIfNoEntry: false })?.isSocket()) fs.unlinkSync(path);
    const socket = listen(path);
    try {
      if (owner !== undefined) fs.lchownSync(path, owner.uid, owner.gid);
      return wrap(socket, path, inodeOf(path));
    } catch (error) {
      socket.close();
      throw error;
    }
  },
};

/** The umask decides about a socket's mode at bind(2). */
function listen(path: string): Deno.DatagramConn {
  const before = Deno.umask(0o177);
  try {
    return Deno.listenDatagram({ transport: "unixpacket", path });
  } finally {
    Deno.umask(before);
  }
}

function inodeOf(path: string): number | undefined {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.ino;
}

function wrap(socket: Deno.DatagramConn, path: string, inode: number | undefined): DatagramSocket {
  let open = true;
  return {
    async receive(into) {
      try {
        return open ? (await socket.receive(into))[0] : undefined;
      } catch (error) {
        if (!open) return undefined;
        throw error;
      }
    },
    close() {
      if (!open) return;
      open = false;
      socket.close();
      if (inode !== undefined && inodeOf(path) === inode) fs.rmSync(path, { force: true });
    },
  };
}
